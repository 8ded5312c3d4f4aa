import * as fs from "node:fs";
import { join, resolve } from "node:path";
import { type DataForm, type Dataset, datasetFromCsv, datasetFromIdx, gunzipIfNeeded, parseIdx } from "@hardgrad/experiments"; // biome-ignore format: one thought
import { Failure } from "../ask/errors.ts";

const loaded = new Map<string, Dataset>();

/** Whether `--data` means a folder or a table of the user's, not a built-in dataset. */
export const isOwnData = (text: string): boolean => /[/\\]|\.csv$/.test(text);

/** Shape and classes of data of the user's that were loaded, for a run's configuration. */
export function ownForm(text: string): DataForm | undefined {
  const found = loaded.get(text);
  return found && { shape: found.shape, classes: found.classes };
}

/**
 * Data of the user's: a CSV file; or a folder with `train.csv` (and `test.csv`), or with the four IDX files of MNIST's
 * names, of any size and number of classes.
 *
 * @throws Failure that names the file and says what does not fit.
 */
export async function loadOwnData(text: string): Promise<Dataset> {
  const known = loaded.get(text);
  if (known) return known;
  const path = resolve(text);
  if (!fs.existsSync(path))
    throw new Failure(`--data ${text}: there is no such file or folder; give a .csv file, or a folder.`);
  try {
    const dataset = fs.statSync(path).isDirectory() ? await fromFolder(text, path) : fromTable(text, path);
    loaded.set(text, dataset);
    return dataset;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure(`--data ${text}: ${error.message}`);
  }
}

function fromTable(name: string, train: string, test?: string): Dataset {
  const read = (path: string): string => fs.readFileSync(path, "utf8");
  return datasetFromCsv(
    name,
    { train: read(train), ...(test ? { test: read(test) } : {}) },
    { names: { train, ...(test ? { test } : {}) } },
  );
}

async function fromFolder(name: string, folder: string): Promise<Dataset> {
  const entries = fs.readdirSync(folder).sort();
  const find = (pattern: RegExp): string | undefined => {
    const entry = entries.find((one) => pattern.test(one));
    return entry && join(folder, entry);
  };
  const table = find(/^train\.csv$/i);
  if (table) return fromTable(name, table, find(/^test\.csv$/i));
  const files = {
    trainImages: find(/^train-images/),
    trainLabels: find(/^train-labels/),
    testImages: find(/^(t10k|test)-images/),
    testLabels: find(/^(t10k|test)-labels/),
  };
  const missing = Object.entries(files).find(([, path]) => path === undefined);
  if (missing)
    throw new RangeError(
      `has no train.csv, and of the four IDX files (train-images, train-labels, test-images, test-labels) ${Object.values(files).every((f) => !f) ? "none" : `not ${missing[0]}`}; put either there.`,
    );
  const bytes: { [role: string]: Uint8Array } = {};
  for (const [role, path] of Object.entries(files))
    bytes[role] = await gunzipIfNeeded(fs.readFileSync(path!), path!);
  const { shape } = parseIdx(bytes.trainImages!, files.trainImages!);
  if (shape.length !== 3)
    throw new RangeError(`${files.trainImages}: has shape [${shape}]; images are [count, height, width].`);
  const labels = parseIdx(bytes.trainLabels!, files.trainLabels!).data;
  const count = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const empty = Array.from({ length: count }, (_, c) => c).find((c) => !labels.includes(c));
  if (empty !== undefined) throw new RangeError(`${files.trainLabels}: class ${empty} has no examples.`);
  return datasetFromIdx(name, bytes as never, files as never, {
    shape: { height: shape[1]!, width: shape[2]! },
    classes: Array.from({ length: count }, (_, c) => String(c)),
  });
}
