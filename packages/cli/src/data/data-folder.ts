import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DatasetFiles, RemoteDataset } from "@hardgrad/experiments";
import { Failure, reasonOf } from "../ask/errors.ts";

type Role = keyof DatasetFiles<unknown>;

/** Where the files of a dataset are in a folder of the user's, or where they were looked for. */
export type Found =
  | { readonly files: { readonly [role in Role]?: string } }
  | { readonly looked: readonly string[] };

/**
 * The files of a dataset below a folder, in the layouts in which people have them: in a subfolder of its name, in any
 * case, as torchvision has it (`MNIST/raw`), or in the folder itself; packed or not, and named as by the authors or as on
 * Kaggle (`train-images.idx3-ubyte`). All files come from one place.
 *
 * @throws Failure for a folder that is none, and for a place that has a part of the files only.
 */
export function findInFolder(dataDir: string, remote: RemoteDataset, others: readonly string[]): Found {
  const root = resolve(dataDir);
  const place = (path: string): string[] => [path, join(path, "raw")];
  const own = [remote.name, ...(remote.folders ?? [])].map(plain);
  const named = entriesOf(root)
    .filter((name) => own.includes(plain(name)))
    .flatMap((name) => place(join(root, name)));
  // The files of several datasets have the same names: a folder that is called after another one is not looked into.
  const called = plain(basename(root) === "raw" ? basename(dirname(root)) : basename(root));
  const foreign = others.map(plain).filter((name) => !own.includes(name));
  const bare = foreign.includes(called) ? [] : place(root);
  for (const folder of [...named, ...bare]) {
    const files = filesIn(folder, remote);
    const missing = rolesOf(remote).filter((role) => files[role] === undefined);
    if (missing.length === 0) return { files };
    const present = Object.values(files);
    if (present.length > (named.includes(folder) ? 0 : 1))
      throw new Failure(
        `${folder} has ${present.map((path) => basename(path)).join(", ")} of ${remote.name}, but not ${missing.map((role) => remote.files[role]!.name).join(", ")}; put all files there.`,
      );
  }
  const usual = named.length > 0 ? named : place(join(root, remote.name));
  return { looked: [...usual, ...bare] };
}

export function rolesOf(remote: RemoteDataset): Role[] {
  return Object.keys(remote.files) as Role[];
}

function filesIn(folder: string, remote: RemoteDataset): { [role in Role]?: string } {
  if (!isFolder(folder)) return {};
  const entries = entriesOf(folder);
  const found: { [role in Role]?: string } = {};
  for (const role of rolesOf(remote)) {
    const { name, alsoNamed = [] } = remote.files[role]!;
    const path = [...alsoNamed, name].flatMap((n) => fileNamed(folder, entries, n))[0];
    if (path !== undefined) found[role] = path;
  }
  return found;
}

/** Files of that name, or in a folder of that name, as archives unpack: `train-images-idx3-ubyte/train-images-idx3-ubyte`. */
function fileNamed(folder: string, entries: readonly string[], name: string): string[] {
  const same = entries.filter((entry) => stem(entry) === stem(name));
  const ranked = [...same.filter((entry) => entry === name), ...same.filter((entry) => entry !== name)];
  return ranked.flatMap((entry) => {
    const path = join(folder, entry);
    if (!isFolder(path)) return [path];
    return entriesOf(path)
      .filter((inner) => stem(inner) === stem(name) && !isFolder(join(path, inner)))
      .map((inner) => join(path, inner));
  });
}

/** A file's name without what differs between copies: case, `.gz`, points for hyphens. */
const stem = (name: string): string => name.toLowerCase().replace(/\.gz$/, "").replace(/[._]/g, "-");

/** A dataset's name without what differs between folders: `Fashion-MNIST`, `FashionMNIST`, `fashion_mnist`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const isFolder = (path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    throw new Failure(
      `cannot read the folder ${folder}: ${reasonOf(error)}; set HARDGRAD_DATA to the folder that has the data, or unset it.`,
    );
  }
}
