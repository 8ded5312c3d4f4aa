import { size } from "../ir/types.ts";
import { type Mode, threefryBits } from "./threefry.ts";

/**
 * What depends on random keys alone, as a small program that plain JavaScript runs before the model, bit-equal to
 * jax-js. Plain data, so it can be sent to a worker.
 */
export interface KeyProgram {
  /** Names of the key arguments it reads. */
  readonly keys: readonly string[];
  readonly steps: readonly KeyStep[];
  /** One per extra input of the model: its name and the step that computes it. */
  readonly outputs: readonly { readonly name: string; readonly step: number }[];
}

/** One step of a key program: an operation on the results of earlier steps. */
export interface KeyStep {
  readonly op: string;
  /** Earlier steps. */
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  // biome-ignore lint/suspicious/noExplicitAny: each operation has parameters of its own.
  readonly params: { readonly [name: string]: any };
}

/** Random words, or uniform numbers on [0, 1) made of them. */
export type Words = Uint32Array | Float32Array;

/** Does one step that draws, `random_bits` or `uniform`, from the words of its keys. */
export type Draw = (index: number, step: KeyStep, k0: Words, k1: Words) => Words;

/**
 * Runs the program: random bits and uniform numbers by name, from the words of the keys by name.
 *
 * @param draw plain JavaScript, or `fastDraw(program)`.
 * @example
 * const lowered = lower((key, x) => random.bernoulli(key, x), [random.key(0), np.full([4], 0.5)], {
 *   names: ["key", "x"],
 *   random: "outside",
 * });
 * const noise = runKeys(lowered.keys, { key: Uint32Array.of(0, 7) }); // for random.key(7)
 */
export function runKeys(
  program: KeyProgram,
  keys: { readonly [name: string]: Uint32Array },
  draw: Draw = plainDraw,
): { [name: string]: Words } {
  const values: Words[] = [];
  program.steps.forEach((step, index) => {
    const inputs = step.inputs.map((i) => values[i]!);
    if (step.op === "random_bits" || step.op === "uniform") {
      values.push(draw(index, step, inputs[0]!, inputs[1]!));
      return;
    }
    const run = operations[step.op];
    if (!run) throw new RangeError(`runKeys: no operation ${step.op}.`);
    const shapes = step.inputs.map((i) => program.steps[i]!.shape);
    values.push(run(step, inputs, shapes, keys));
  });
  return Object.fromEntries(program.outputs.map(({ name, step }) => [name, values[step]!]));
}

type Operation = (
  step: KeyStep,
  inputs: readonly Words[],
  shapes: readonly (readonly number[])[],
  keys: { readonly [name: string]: Uint32Array },
) => Words;

/** Steps between rows of an array. */
function strides(shape: readonly number[]): number[] {
  const out = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) out[i] = out[i + 1]! * shape[i + 1]!;
  return out;
}

/** Copies by an affine index: `x[start + sum_i index_i step_i]`. */
function strided(x: Words, shape: readonly number[], steps: readonly number[], start = 0): Words {
  const out = new Uint32Array(size(shape));
  const index = shape.map(() => 0);
  let from = start;
  for (let to = 0; to < out.length; to++) {
    out[to] = x[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** The words of every key of an array of keys, one after the other. */
export const plainDraw: Draw = (_index, step, k0, k1) => {
  const words = new Uint32Array(size(step.shape));
  const count = words.length / Math.max(1, k0.length);
  for (let i = 0; i < k0.length; i++)
    threefryBits(k0[i]!, k1[i]!, count, step.params.mode as Mode, words, i * count);
  if (step.op === "random_bits") return words;
  const { offset, wrapped } = step.params as { offset: number; wrapped?: boolean };
  const out = new Float32Array(words.buffer);
  if (wrapped) {
    // Each step rounds to float32, as on every device.
    for (let i = 0; i < words.length; i++) out[i] = Math.fround(Math.fround(words[i]! | 0) + 0.5) * 2 ** -32;
    return out;
  }
  for (let i = 0; i < words.length; i++) out[i] = (words[i]! >>> 9) * 2 ** -23 + offset;
  return out;
};

const arithmetic =
  (fn: (x: number, y: number) => number): Operation =>
  (step, [x, y], [xs, ys]) => {
    const spread = (v: Words, from: readonly number[]): Words => {
      const own = strides(from);
      const lead = step.shape.length - from.length;
      return strided(
        v,
        step.shape,
        step.shape.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : own[i - lead]!)),
      );
    };
    const [a, b] = [spread(x!, xs!), spread(y!, ys!)];
    return Uint32Array.from(a, (value, i) => fn(value, b[i]!));
  };

const operations: { readonly [op: string]: Operation } = {
  key: (step, _inputs, _shapes, keys) => {
    const words = keys[step.params.name as string];
    if (words?.length !== size(step.shape))
      throw new RangeError(
        `runKeys: the key ${step.params.name} needs ${size(step.shape)} words of uint32, not ${words?.length ?? "none"}.`,
      );
    return words;
  },
  constant: (step) => Uint32Array.from(step.params.data as number[]),
  reshape: (_step, [x]) => x!,
  slice: (step, [x], [from]) =>
    strided(x!, step.shape, strides(from!), dot(strides(from!), step.params.starts as number[])),
  transpose: (step, [x], [from]) => {
    const own = strides(from!);
    return strided(
      x!,
      step.shape,
      (step.params.perm as number[]).map((axis) => own[axis]!),
    );
  },
  broadcast: (step, [x], [from]) => {
    const inner = [...from!];
    for (const axis of [...(step.params.axis as number[])].sort((p, q) => p - q)) inner.splice(axis, 0, 1);
    const own = strides(inner);
    return strided(
      x!,
      step.shape,
      step.shape.map((_, i) => (inner[i] === 1 ? 0 : own[i]!)),
    );
  },
  concatenate: (step, inputs, shapes) => {
    const { axis } = step.params as { axis: number };
    const rows = size(step.shape.slice(0, axis));
    const out = new Uint32Array(size(step.shape));
    const width = out.length / Math.max(1, rows);
    let start = 0;
    inputs.forEach((x, i) => {
      const own = size(shapes[i]!.slice(axis));
      for (let row = 0; row < rows; row++)
        out.set(x.subarray(row * own, (row + 1) * own), row * width + start);
      start += own;
    });
    return out;
  },
  add: arithmetic((x, y) => x + y),
  mul: arithmetic(Math.imul),
  idiv: arithmetic((x, y) => Math.trunc(x / y)),
  mod: arithmetic((x, y) => x % y),
};
