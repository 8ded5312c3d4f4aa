import * as fs from "node:fs";
import { join } from "node:path";
import type { Examples } from "@hardgrad/experiments";
import { reasonOf } from "../ask/errors.ts";

/** Reads a file of the user's. */
export type Read = (path: string) => Uint8Array;

/** Told while images are read, and once about what is not read as it stands. */
export interface Watch {
  readonly progress: (done: number, total: number) => Promise<void>;
  readonly notice: (sentence: string) => void;
}

/** More than this is no set of small images. */
const MOST_BYTES = 2 ** 30;

const natural = new Intl.Collator("en", { numeric: true });

/** The bytes of a file. @throws RangeError that names what can't be read, or is no file: a pipe would be waited for. */
export function bytesOf(path: string): Uint8Array {
  const isFile = reading(path, () => fs.statSync(path).isFile());
  if (!isFile) throw new RangeError(`${path}: is not a file; remove it, or put a file there.`);
  return reading(path, () => fs.readFileSync(path));
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RangeError(`${path}: can't be read: ${reasonOf(error).replace(/\.$/, "")}.`);
  }
}

/** Entries that the user put there, in natural order: `2` before `10`. */
export function entriesOf(folder: string): fs.Dirent[] {
  return reading(folder, () => fs.readdirSync(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith(".") && name !== "__MACOSX" && name !== "Thumbs.db")
    .sort((a, b) => natural.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
}

/** Whether an entry of a folder is a folder, or a link to one. */
export function isFolder(folder: string, entry: fs.Dirent): boolean {
  return entry.isSymbolicLink()
    ? fs.statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() === true
    : entry.isDirectory();
}

/**
 * PNG files in a subfolder for each class, as grey images of one size, classes in turn. Other files are skipped, which is
 * said.
 *
 * @param known the classes that are known already: of the training set.
 * @throws RangeError that names the file or folder: damaged, no PNG, of another size, a class without images.
 */
export async function imagesIn(
  root: string,
  read: Read,
  watch: Watch,
  known?: readonly string[],
): Promise<Examples> {
  const entries = entriesOf(root);
  const folders = entries.filter((entry) => isFolder(root, entry)).map(({ name }) => name);
  const strange = known && folders.find((name) => !known.includes(name));
  if (strange) throw new RangeError(`${join(root, strange)}: is a class that the training set lacks; remove it, or add training images of it.`); // biome-ignore format: one thought
  const classes = known ?? folders;
  if (classes.length < 2 || classes.length > 256)
    throw new RangeError(
      `${root}: has ${classes.length} ${classes.length === 1 ? "class folder" : "class folders"}; it needs 2 to 256.`,
    );
  const skipped = entries.filter((entry) => !isFolder(root, entry)).map(({ name }) => join(root, name));
  const files: { path: string; label: number; place: number }[] = [];
  for (const name of folders) {
    const inside = entriesOf(join(root, name)).map((entry) => join(root, name, entry.name));
    const pictures = inside.filter((path) => /\.png$/i.test(path));
    if (pictures.length === 0)
      throw new RangeError(
        `${join(root, name)}: class ${name} has no PNG files${inside.length > 0 ? `, but ${inside.length} others` : ""}; put PNG files there, or remove the folder.`,
      );
    for (const [n, path] of pictures.entries())
      files.push({ path, label: classes.indexOf(name), place: (n + 0.5) / pictures.length });
    for (const path of inside) if (!/\.png$/i.test(path)) skipped.push(path);
  }
  if (files.length === 0) throw new RangeError(`${root}: has no PNG files; put them into a subfolder for each class.`); // biome-ignore format: one thought
  files.sort((a, b) => a.place - b.place || a.label - b.label); // the first images are of all classes: reports show these
  const { images, shape, changed } = await pixelsOf(
    files.map(({ path }) => path),
    read,
    watch.progress,
  );
  if (skipped.length > 0)
    watch.notice(`skipped ${skipped.length} ${skipped.length === 1 ? "entry that is" : "entries that are"} no PNG file: ${skipped[0]}${skipped.length > 1 ? ", ..." : ""}`); // biome-ignore format: one thought
  if (changed > 0)
    watch.notice(`${changed} of ${files.length} images in ${root} have colour or transparency; they are read as grey, transparent parts as black`); // biome-ignore format: one thought
  if (!known && meanOf(images) > 127)
    watch.notice(`the images in ${root} are bright (mean ${Math.round(meanOf(images))} of 255); networks here expect a background of 0: invert dark ink on white paper, or it trains badly`); // biome-ignore format: one thought
  return {
    shape,
    classes,
    images,
    labels: Uint8Array.from(files, ({ label }) => label),
    count: files.length,
  };
}

const meanOf = (images: Uint8Array): number => images.reduce((sum, v) => sum + v, 0) / images.length;

async function pixelsOf(
  paths: readonly string[],
  read: Read,
  progress: Watch["progress"],
): Promise<{ images: Uint8Array; shape: { height: number; width: number }; changed: number }> {
  // Loaded where there are PNG files: other commands start without it.
  const { greyOfPng, sizeOfPng } = await import("./grey-png.ts");
  const [first] = paths as [string];
  let images = new Uint8Array();
  let shape = { height: 0, width: 0 };
  let changed = 0;
  for (const [n, path] of paths.entries()) {
    const bytes = read(path);
    const { width, height } = sizeOfPng(bytes, path);
    if (n === 0) {
      shape = { height, width };
      if (paths.length * width * height > MOST_BYTES)
        throw new RangeError(`${path}: is ${width} x ${height}, and ${paths.length} of these are more than 1 GiB as grey values; make the images smaller.`); // biome-ignore format: one thought
      images = new Uint8Array(paths.length * width * height);
    }
    if (width !== shape.width || height !== shape.height)
      throw new RangeError(`${path}: is ${width} x ${height}, but ${first} is ${shape.width} x ${shape.height}; all images must have one size.`); // biome-ignore format: one thought
    const found = greyOfPng(bytes, path);
    images.set(found.grey, n * width * height);
    if (found.changed) changed++;
    if (n % 100 === 0) {
      await progress(n, paths.length);
      await new Promise((resolve) => setImmediate(resolve)); // where Ctrl-C arrives
    }
  }
  await progress(paths.length, paths.length);
  return { images, shape, changed };
}
