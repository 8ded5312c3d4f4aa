import { type Dataset, datasetFromIdx, gunzipIfNeeded, parseIdx } from "@hardgrad/experiments";
import type { Read } from "./image-folder.ts";

/** The four files of a dataset in IDX: where each is, as far as it was found. */
export interface IdxPaths {
  readonly trainImages?: string | undefined;
  readonly trainLabels?: string | undefined;
  readonly testImages?: string | undefined;
  readonly testLabels?: string | undefined;
}

/**
 * A dataset of IDX files of any size and number of classes: as many as the largest training label says.
 *
 * @throws RangeError that names a file that is missing, damaged, or does not fit the others.
 */
export async function datasetOfIdx(name: string, paths: IdxPaths, read: Read): Promise<Dataset> {
  const missing = Object.entries(paths).find(([, path]) => path === undefined);
  if (missing)
    throw new RangeError(
      `of the four IDX files (train-images, train-labels, test-images, test-labels) it has not ${missing[0]}; put all four there.`,
    );
  const bytes: { [role: string]: Uint8Array } = {};
  for (const [role, path] of Object.entries(paths)) bytes[role] = await gunzipIfNeeded(read(path), path);
  const { shape } = parseIdx(bytes.trainImages!, paths.trainImages!);
  if (shape.length !== 3)
    throw new RangeError(`${paths.trainImages}: has shape [${shape}]; images are [count, height, width].`);
  const labels = parseIdx(bytes.trainLabels!, paths.trainLabels!).data;
  const count = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const empty = Array.from({ length: count }, (_, c) => c).find((c) => !labels.includes(c));
  if (empty !== undefined) throw new RangeError(`${paths.trainLabels}: class ${empty} has no examples.`);
  return datasetFromIdx(name, bytes as never, paths as never, {
    shape: { height: shape[1]!, width: shape[2]! },
    classes: Array.from({ length: count }, (_, c) => String(c)),
  });
}
