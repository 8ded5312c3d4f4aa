import type { GivenFile } from "./read.ts";

/** Where files come from: dropped, chosen, or served by `hardgrad lab FOLDER` below `run/`. */

/** Deeper folders, and more files, are not a run's. */
const DEEPEST = 2;
const MOST = 500;

const given = (file: File, path: string): GivenFile => ({ path, size: file.size, text: () => file.text() });

export const chosenFiles = (list: FileList): GivenFile[] =>
  Array.from(list, (file) => given(file, file.webkitRelativePath || file.name));

/** Files and folders that were dropped. */
export async function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  // Both must be asked before anything is awaited: the event's data are gone afterwards.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  const plain = Array.from(transfer.files);
  if (!entries.some((entry) => entry?.isDirectory)) return plain.map((file) => given(file, file.name));
  const found: GivenFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, "", 0, found);
  return found;
}

async function walk(entry: FileSystemEntry, above: string, depth: number, found: GivenFile[]): Promise<void> {
  if (found.length > MOST) return;
  const path = `${above}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((done, refuse) => {
      (entry as FileSystemFileEntry).file(done, refuse);
    });
    found.push(given(file, path));
    return;
  }
  if (depth > DEEPEST) return;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, refuse) => {
      reader.readEntries(done, refuse);
    });
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, `${path}/`, depth + 1, found);
  }
}

/** Of what a run folder holds, the files that are shown. */
const shown = /^(config\.json|metrics\.jsonl|summary\.json|figures\/[^/]+\.svg)$/;

/**
 * The files of the folder that the lab was started with: their list is `run/files.json`.
 *
 * @param base where the site begins.
 * @throws Error, a sentence, if it was started without one, or has ended.
 */
export async function servedFiles(base: string): Promise<GivenFile[]> {
  const get = (path: string, method: "GET" | "HEAD"): Promise<Response | undefined> =>
    fetch(`${base}run/${path.split("/").map(encodeURIComponent).join("/")}`, { method, cache: "no-store" }).catch(() => undefined); // biome-ignore format: one thought
  const list = await get("files.json", "GET");
  if (!list) throw new Error("The lab does not answer: it has ended. Start it again as hardgrad lab FOLDER.");
  if (!list.ok)
    throw new Error("This site serves no run folder: start it as hardgrad lab FOLDER, or drop the folder here."); // biome-ignore format: one thought
  const paths = ((await list.json()) as string[]).filter((path) => shown.test(path));
  return Promise.all(
    paths.map(async (path) => ({
      path,
      size: Number((await get(path, "HEAD"))?.headers.get("content-length") ?? 0),
      text: async () => {
        const answer = await get(path, "GET");
        if (!answer?.ok) throw new Error(`${path} is gone`);
        return answer.text();
      },
    })),
  );
}
