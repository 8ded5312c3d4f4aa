import { size } from "@hardgrad/onnx/graph";
import { Array as JaxArray } from "@jax-js/jax";
import { dtypeOf, type Elements, type ElementType, type PlainTensor, type PlainTensors } from "./arrays.ts";
import { isPlainArray, namedLeaves, nameUnder } from "./tree.ts";

/** What a caller passes, as plain arrays by name. Consumes arrays of jax-js. */
export function given(who: string, prefix: string, tree: unknown): PlainTensors {
  return byName(who, tree, (name, leaf) => plain(`${who}: ${nameUnder(prefix, name)}`, leaf));
}

/**
 * The same, held against examples.
 *
 * @param batch whether the lengths of axes may be others than those of the examples.
 * @throws TypeError for a name, a type, or a shape that can't be.
 */
export function givenLike(
  who: string,
  prefix: string,
  tree: unknown,
  examples: PlainTensors,
  batch: boolean,
): PlainTensors {
  const arrays = byName(who, tree, (name, leaf) => {
    const example = examples[name];
    if (!example)
      throw new TypeError(`${who}: ${nameUnder(prefix, name)} is not among the examples; leave it out.`);
    return like(`${who}: ${nameUnder(prefix, name)}`, leaf, example, batch);
  });
  for (const name in examples)
    if (!arrays[name])
      throw new TypeError(`${who}: ${nameUnder(prefix, name)} is missing; pass it as in the examples.`);
  return arrays;
}

function byName(
  who: string,
  tree: unknown,
  convert: (name: string, leaf: unknown) => PlainTensor,
): { [name: string]: PlainTensor } {
  const arrays: { [name: string]: PlainTensor } = {};
  for (const [name, leaf] of namedLeaves(tree)) {
    if (arrays[name]) throw new TypeError(`${who}: two arrays are called ${name}; rename one.`);
    arrays[name] = convert(name, leaf);
  }
  return arrays;
}

function plain(what: string, leaf: unknown): PlainTensor {
  if (typeof leaf === "number") return { shape: [], data: Float32Array.of(leaf) };
  if (typeof leaf === "boolean") return { shape: [], data: Uint8Array.of(Number(leaf)), dtype: "bool" };
  return arrayOf(what, leaf, ({ length }) => [length]);
}

const constructors = { float32: Float32Array, int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array };

function like(what: string, leaf: unknown, example: PlainTensor, batch: boolean): PlainTensor {
  const dtype = dtypeOf(example);
  if (typeof leaf === "number" || typeof leaf === "boolean") {
    if (example.shape.length > 0 || (dtype === "bool") !== (typeof leaf === "boolean"))
      throw new TypeError(`${what} is ${leaf}, but must be ${inWords(example)} like its example.`);
    const data = new constructors[dtype === "bool" ? "uint8" : dtype](1);
    data[0] = Number(leaf);
    if (dtype !== "float32" && data[0] !== Number(leaf))
      throw new TypeError(`${what} is ${leaf}, but must be a whole number that ${dtype} holds.`);
    return { ...example, data };
  }
  const array = arrayOf(what, leaf, (data) => shapeLike(what, data, example.shape));
  const own = dtypeOf(array);
  if (own !== dtype && !(dtype === "bool" && own === "uint8"))
    throw new TypeError(`${what} is of ${own}, but must be of ${dtype} like its example.`);
  const wrong = batch
    ? array.shape.length !== example.shape.length
    : array.shape.join() !== example.shape.join();
  if (wrong)
    throw new TypeError(
      `${what} has the shape [${array.shape.join(", ")}], but must have ${batch ? `${example.shape.length} axes` : "the shape"} like its example [${example.shape.join(", ")}].`,
    );
  return dtype === "bool" ? { ...array, dtype } : array;
}

const inWords = (example: PlainTensor): string => `${dtypeOf(example)} [${example.shape.join(", ")}]`;

/** The shape of elements without one: that of the example, with as many rows as there are. */
function shapeLike(what: string, { length }: Elements, shape: readonly number[]): readonly number[] {
  if (length === size(shape)) return shape;
  const [, ...rest] = shape;
  const row = size(rest);
  if (shape.length === 0 || row === 0 || length % row !== 0)
    throw new TypeError(
      `${what} has ${length} elements, but must have ${shape.length > 1 ? `rows of ${row}` : size(shape)} like its example [${shape.join(", ")}].`,
    );
  return [length / row, ...rest];
}

function arrayOf(what: string, leaf: unknown, shapeOf: (data: Elements) => readonly number[]): PlainTensor {
  if (leaf instanceof JaxArray) {
    const { shape, dtype } = leaf;
    if (!isElementType(dtype))
      throw new TypeError(`${what} is of ${dtype}, but must be of float32, int32, uint32 or bool.`);
    const data = leaf.dataSync();
    return dtype === "bool"
      ? { shape, data: Uint8Array.from(data), dtype }
      : { shape, data: data as Elements };
  }
  if (typeof leaf === "object" && leaf !== null) {
    if (isElements(leaf)) {
      const data =
        leaf instanceof Uint8ClampedArray ? new Uint8Array(leaf.buffer, leaf.byteOffset, leaf.length) : leaf;
      return { shape: shapeOf(data), data };
    }
    if (isPlainArray(leaf) && isElements(leaf.data)) {
      if (size(leaf.shape) !== leaf.data.length)
        throw new TypeError(
          `${what} has ${leaf.data.length} elements, but its shape [${leaf.shape.join(", ")}] has ${size(leaf.shape)}.`,
        );
      return leaf;
    }
  }
  const found =
    typeof leaf === "object" && leaf !== null ? `a ${leaf.constructor?.name ?? "record"}` : String(leaf);
  throw new TypeError(
    `${what} is ${found}, but must be a number, an array of jax-js, a Float32Array, Int32Array, Uint32Array or Uint8Array, or { shape, data }.`,
  );
}

const isElements = (x: object): x is Elements | Uint8ClampedArray =>
  x instanceof Float32Array ||
  x instanceof Int32Array ||
  x instanceof Uint32Array ||
  x instanceof Uint8Array ||
  x instanceof Uint8ClampedArray;

const isElementType = (dtype: string): dtype is ElementType =>
  ["float32", "int32", "uint32", "bool"].includes(dtype);
