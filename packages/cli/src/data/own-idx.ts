import { type Dataset, datasetFromIdx, gunzipIfNeeded, parseIdx } from "@hardgrad/experiments";
import type { Read } from "./image-folder.ts";

/** The four files of a dataset in IDX: where each is, as far as it was found. */
export interface IdxPaths {
  readonly trainImages?: string | undefined;
  readonly trainLabels?: string | undefined;
  readonly testImages?: string | undefined;
  readonly testLabels?: string | undefined;
}

/** Names of the files, for errors. */
const title: { readonly [role in keyof IdxPaths]-?: string } = {
  trainImages: "train-images",
  trainLabels: "train-labels",
  testImages: "test-images",
  testLabels: "test-labels",
};

/**
 * A dataset of IDX files of any size and number of classes: the labels that the training set has, in order.
 *
 * @throws RangeError that names a file that is missing, damaged, or does not fit the others.
 */
export async function datasetOfIdx(name: string, paths: IdxPaths, read: Read): Promise<Dataset> {
  const roles = Object.keys(title) as (keyof IdxPaths)[];
  const missing = roles.filter((role) => paths[role] === undefined).map((role) => title[role]);
  if (missing.length > 0)
    throw new RangeError(
      `of the four IDX files ${Object.values(title).join(", ")} it does not have ${missing.join(", ")}; put all four there.`,
    );
  const bytes = {} as { -readonly [role in keyof IdxPaths]-?: Uint8Array };
  for (const role of roles) bytes[role] = await gunzipIfNeeded(read(paths[role]!), paths[role]!);
  const { shape } = parseIdx(bytes.trainImages, paths.trainImages!);
  if (shape.length !== 3)
    throw new RangeError(`${paths.trainImages}: has shape [${shape}]; images are [count, height, width].`);
  const classes = [...new Set(parseIdx(bytes.trainLabels, paths.trainLabels!).data)].sort((a, b) => a - b);
  if (classes.length < 2)
    throw new RangeError(`${paths.trainLabels}: has ${classes.length} ${classes.length === 1 ? "class" : "classes"}; it needs 2 to 256.`); // biome-ignore format: one thought
  for (const role of ["trainLabels", "testLabels"] as const)
    bytes[role] = numbered(bytes[role], paths[role]!, classes);
  return datasetFromIdx(name, bytes, paths as never, {
    shape: { height: shape[1]!, width: shape[2]! },
    classes: classes.map(String),
  });
}

/** A file of labels with the place of each among the classes: labels may begin at 1, as those of EMNIST's letters do. */
function numbered(file: Uint8Array, name: string, classes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(file);
  const { data } = parseIdx(copy, name);
  for (const [i, label] of data.entries()) {
    const place = classes.indexOf(label);
    if (place < 0)
      throw new RangeError(`${name}: label ${i} is ${label}, a class that the training set lacks.`);
    data[i] = place;
  }
  return copy;
}
