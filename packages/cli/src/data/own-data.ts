import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import {
  type DataForm,
  type Dataset,
  datasetFromCsv,
  datasetFromExamples,
  type RunConfig,
} from "@hardgrad/experiments";
import { Failure } from "../ask/errors.ts";
import { stepBar } from "../print/step-bar.ts";
import { bytesOf, entriesOf, imagesIn, isFolder, type Read, type Watch } from "./image-folder.ts";
import { datasetOfIdx } from "./own-idx.ts";

/** Data of the user's in hand: where they were, and the SHA-256 of the files that were read, with their names. */
interface Loaded {
  readonly dataset: Dataset;
  readonly path: string;
  readonly sha256: string;
}

/** A string holds 512 MiB at most. */
const LARGEST_TABLE = 2 ** 28;

const loaded = new Map<string, Loaded>();

/** Whether `--data` means a folder or a table of the user's, not a built-in dataset. */
export const isOwnData = (text: string): boolean => /[/\\]|\.csv$/.test(text);

/** Shape and classes of data of the user's that were loaded, for a run's configuration. */
export function ownForm(text: string): DataForm | undefined {
  const found = loaded.get(text)?.dataset;
  return found && { shape: found.shape, classes: found.classes };
}

/** For a run's configuration: path and SHA-256 of data of the user's, by their name. */
export function ownFile(text: string): NonNullable<RunConfig["files"]> {
  const found = loaded.get(text);
  return found ? { [text]: { path: found.path, sha256: found.sha256 } } : {};
}

/** The data of the user's that a run was made with. @throws Failure if they have changed since. */
export async function ownDataOf({ data, files }: RunConfig, quiet: boolean): Promise<Dataset> {
  const made = files?.[data];
  if (made && ![made.path, resolve(data)].some((path) => fs.existsSync(path)))
    throw new Failure(`the run was made with the data ${made.path}, which are not there; put them back, or train a new run.`); // biome-ignore format: one thought
  const { dataset, path, sha256 } = await load(data, quiet, made?.path);
  if (made && made.sha256 !== sha256)
    throw new Failure(
      `the run was made with other data than ${path} has now (SHA-256 ${made.sha256.slice(0, 12)}; now ${sha256.slice(0, 12)}); ` +
        "put those files back, or start a new run.",
    );
  return dataset;
}

/**
 * Reads data of the user's: a CSV file; or a folder with CSV or IDX files, or with PNG images in a subfolder for each
 * class, of any size and number of classes; or with these in subfolders `train` and `test`.
 *
 * @throws Failure that names the file and says what does not fit.
 */
export async function loadOwnData(text: string, quiet: boolean): Promise<void> {
  await load(text, quiet);
}

async function load(text: string, quiet: boolean, recorded?: string): Promise<Loaded> {
  const known = loaded.get(text);
  if (known) return known;
  const path = recorded !== undefined && fs.existsSync(recorded) ? recorded : resolve(text);
  if (!fs.existsSync(path))
    throw new Failure(`--data ${text}: there is no such file or folder; give a .csv file, or a folder.`);
  const hash = createHash("sha256");
  const read: Read = (file) => {
    const bytes = bytesOf(file);
    hash.update(`${relative(path, file).split(sep).join("/")} ${bytes.length}\n`).update(bytes);
    return bytes;
  };
  let bar: Awaited<ReturnType<typeof stepBar>> | undefined;
  const sentences: string[] = [];
  const watch: Watch = {
    progress: async (done, total) => {
      bar ??= await stepBar(quiet);
      bar.update("reading images", done, total);
    },
    notice: (sentence) => sentences.push(sentence),
  };
  try {
    const inFolder = fs.statSync(path).isDirectory();
    const dataset = inFolder ? await fromFolder(text, path, read, watch) : fromTable(text, read, path);
    const made = { dataset, path, sha256: hash.digest("hex") };
    loaded.set(text, made);
    return made;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const named = [text, path].find((start) => error.message.startsWith(`${start}: `)); // which is said once
    throw new Failure(`--data ${text}: ${named ? error.message.slice(named.length + 2) : error.message}`);
  } finally {
    bar?.stop();
    if (!quiet) for (const sentence of sentences) process.stderr.write(`--data ${text}: ${sentence}\n`);
  }
}

function fromTable(name: string, read: Read, train: string, test?: string): Dataset {
  const text = (path: string): string => {
    const bytes = read(path);
    if (bytes.length > LARGEST_TABLE)
      throw new RangeError(`${path}: has ${Math.round(bytes.length / 2 ** 20)} MiB; a table may have ${LARGEST_TABLE / 2 ** 20}.`); // biome-ignore format: one thought
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new RangeError(`${path}: is not text in UTF-8; save it as a CSV file in UTF-8.`);
    }
  };
  return datasetFromCsv(
    name,
    { train: text(train), ...(test ? { test: text(test) } : {}) },
    { names: { train, ...(test ? { test } : {}) } },
  );
}

async function fromFolder(name: string, folder: string, read: Read, watch: Watch): Promise<Dataset> {
  const find = finder(folder);
  const table = find(/^train\.csv$/i);
  if (table) return fromTable(name, read, table, find(/^test\.csv$/i));
  const idx = {
    trainImages: find(/^train-images/),
    trainLabels: find(/^train-labels/),
    testImages: find(/^(t10k|test)-images/),
    testLabels: find(/^(t10k|test)-labels/),
  };
  if (Object.values(idx).some(Boolean)) return datasetOfIdx(name, idx, read);
  const folders = entriesOf(folder).filter((entry) => isFolder(folder, entry));
  const part = (pattern: RegExp): string | undefined => {
    const found = folders.find((entry) => pattern.test(entry.name));
    return found && join(folder, found.name);
  };
  const train = part(/^train$/i);
  // Classes may be called train and test: then there are images right in them.
  if (train && !finder(train)(/\.png$/i)) {
    const others = folders.filter((entry) => !/^(train|test)$/i.test(entry.name)).map((entry) => entry.name);
    if (others.length > 0) watch.notice(`skipped ${others.join(", ")}: train and test are read`);
    return fromParts(name, train, part(/^test$/i), read, watch);
  }
  if (folders.length > 0) return datasetFromExamples(name, await imagesIn(folder, read, watch));
  throw new RangeError(
    "has no train.csv, no IDX files (train-images, train-labels, test-images, test-labels), and no subfolders with the PNG images of a class each; put one of these there.",
  );
}

/** From the subfolders `train` and, where there is one, `test`. */
async function fromParts(
  name: string,
  train: string,
  test: string | undefined,
  read: Read,
  watch: Watch,
): Promise<Dataset> {
  const find = { train: finder(train), test: test ? finder(test) : () => undefined };
  const table = onlyTable(train);
  if (table) {
    const other = test && onlyTable(test);
    if (test && !other) throw new RangeError(`${test}: has no .csv file, but ${train} has; put one there, or remove the folder.`); // biome-ignore format: one thought
    return fromTable(name, read, table, other);
  }
  const idx = {
    trainImages: find.train(/images/i),
    trainLabels: find.train(/labels/i),
    testImages: find.test(/images/i),
    testLabels: find.test(/labels/i),
  };
  if (idx.trainImages) return datasetOfIdx(name, idx, read);
  const examples = await imagesIn(train, read, watch);
  return datasetFromExamples(
    name,
    examples,
    test === undefined ? undefined : await imagesIn(test, read, watch, examples.classes),
  );
}

/** The CSV file of a folder, if it has one. */
function onlyTable(folder: string): string | undefined {
  const tables = entriesOf(folder).filter((entry) => /\.csv$/i.test(entry.name) && !isFolder(folder, entry));
  if (tables.length > 1)
    throw new RangeError(`${folder}: has ${tables.length} .csv files, ${tables[0]!.name} and others; leave one there.`); // biome-ignore format: one thought
  return tables[0] && join(folder, tables[0].name);
}

/** Looks for the first file of a folder by its name. */
function finder(folder: string): (pattern: RegExp) => string | undefined {
  const entries = entriesOf(folder).filter((entry) => !isFolder(folder, entry));
  return (pattern) => {
    const entry = entries.find(({ name }) => pattern.test(name));
    return entry && join(folder, entry.name);
  };
}
