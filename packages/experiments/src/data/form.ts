import type { DataForm } from "../contract/dataset.ts";
import { datasetNames, remoteDatasets } from "./remote.ts";

const digits: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));

const clothes: readonly string[] = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

/**
 * Shape and classes of a run's data: those of a built-in dataset by its name, else those that the run was made with.
 *
 * @throws RangeError for data that are not built in and of which nothing is said.
 * @example
 * formOf({ data: "fashion-mnist" }).classes[9]; // "ankle boot"
 */
export function formOf({ data, form }: { readonly data: string; readonly form?: DataForm }): DataForm {
  if (form) return form;
  const remote = remoteDatasets.find((d) => d.name === data);
  if (!datasetNames.includes(data))
    throw new RangeError(
      `data ${data} are not built in, so their form must be given; built in: ${datasetNames.join(", ")}.`,
    );
  const names = data === "fashion-mnist" ? clothes : digits;
  return { shape: { height: 28, width: 28 }, classes: remote && !remote.files.trainLabels ? [] : names };
}
