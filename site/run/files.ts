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

/**
 * The files of the folder that the lab was started with.
 *
 * @param base where the site begins.
 * @throws Error, a sentence, if it was started without one.
 */
export async function servedFiles(base: string): Promise<GivenFile[]> {
  const get = async (path: string): Promise<GivenFile | undefined> => {
    const answer = await fetch(`${base}run/${path}`, { cache: "no-store" });
    if (!answer.ok) return undefined;
    const text = await answer.text();
    return { path, size: text.length, text: async () => text };
  };
  const config = await get("config.json");
  if (!config)
    throw new Error(
      "This site serves no run folder: start it as hardgrad lab FOLDER, or drop the folder here.",
    );
  const rest = ["metrics.jsonl", "summary.json"].map(get);
  const files = [config, ...(await Promise.all(rest))];
  const list = files.some((file) => file?.path === "summary.json") ? await get("figures/pictures.json") : undefined; // biome-ignore format: one thought
  if (list) {
    const names = (JSON.parse(await list.text()) as { name: string }[]).map(
      ({ name }) => `figures/${name}.svg`,
    );
    files.push(...(await Promise.all(names.map(get))));
  }
  return files.filter((file) => file !== undefined);
}
