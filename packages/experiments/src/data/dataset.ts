import {
  type DataForm,
  type Dataset,
  exampleSize,
  type ImageShape,
  type Split,
} from "../contract/dataset.ts";
import { parseAmat } from "./amat.ts";
import { formOf } from "./form.ts";
import { type IdxFile, parseIdx } from "./idx.ts";
import type { DatasetFiles } from "./remote.ts";

type File = { readonly idx: IdxFile; readonly name: string };

function split(images: File, labels: File | undefined, { shape, classes }: DataForm): Split {
  const { height, width } = shape as ImageShape;
  const { data, shape: found } = images.idx;
  const count = found[0]!;
  if (found.length !== 3 || found[1] !== height || found[2] !== width)
    throw new RangeError(
      `${images.name}: images have shape [${found}], expected [count, ${height}, ${width}].`,
    );
  if (count === 0) throw new RangeError(`${images.name}: has no images.`);
  const size = exampleSize(shape);
  if (!labels) return { images: data, labels: new Uint8Array(count), size, count };
  const { idx, name } = labels;
  if (idx.shape.length !== 1 || idx.shape[0] !== count)
    throw new RangeError(
      `${images.name}: ${count} images, but labels of shape [${idx.shape}] in ${name}; they do not belong together, use two files of one set.`,
    );
  const most = classes.length - 1;
  const bad = idx.data.findIndex((label) => label > most);
  if (bad >= 0) throw new RangeError(`${name}: label ${bad} is ${idx.data[bad]}, expected 0 to ${most}.`);
  return { images: data, labels: idx.data, size, count };
}

/**
 * A dataset from the unpacked bytes of its files: IDX, or text where a name ends in `.amat`.
 *
 * @param names what to call the files in errors, such as their paths.
 * @param form the size of the images and the classes (default: those of the built-in dataset of this name).
 * @throws RangeError for files of another shape, with labels that are no classes, or that do not belong together.
 * @example
 * const files = { trainImages, trainLabels, testImages, testLabels }; // unpacked bytes
 * const { train, test } = datasetFromIdx("mnist", files);
 */
export function datasetFromIdx(
  name: string,
  files: DatasetFiles<Uint8Array>,
  names: { readonly [role in keyof DatasetFiles<string>]?: string } = {},
  form: DataForm = formOf({ data: name }),
): Dataset {
  const nameOf = (role: keyof DatasetFiles<unknown>): string => names[role] ?? `${name} ${role}`;
  const read = (role: keyof DatasetFiles<Uint8Array>): File | undefined => {
    const bytes = files[role];
    const file = nameOf(role);
    const parse = /\.amat(\.gz)?$/i.test(file) ? parseAmat : parseIdx;
    return bytes && { idx: parse(bytes, file), name: file };
  };
  const train = split(read("trainImages")!, read("trainLabels"), form);
  const test = split(read("testImages")!, read("testLabels"), form);
  return { name, ...form, classes: files.trainLabels ? form.classes : [], train, test };
}
