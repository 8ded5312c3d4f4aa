import type { HostArrays } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { grad, type NamedArrays } from "hardgrad";
import { gradientEntry, normal } from "./gradient.ts";
import { type Row, TOLERANCE } from "./row.ts";

const BATCHES = 10;
const BATCH = 128;
const BLOCKS = 64;
const UNITS = 32;
const INPUTS = 784;
/** Examples for which a block is open: 10 % of the batch. */
const OPEN = 13;
const names = ["weights", "bias", "images"];

/** Rows that are added to rows of zeros by number: a take read backwards. */
function untake(updates: np.Array, indices: np.Array, shape: number[]): np.Array {
  return grad((x: np.Array) => np.sum(np.take(x, indices, 0).mul(updates)))(np.zeros(shape));
}

/** `[blocks, open, units]` to `[batch, blocks, units]`, zero where a block is closed. */
function placed(units: np.Array, rows: np.Array): np.Array {
  return untake(units, placesOf(rows), [BATCH * BLOCKS, UNITS]).reshape([BATCH, BLOCKS, UNITS]);
}

/** The row of `[batch blocks, units]` of each open place. */
function placesOf(rows: np.Array): np.Array {
  return rows.mul(BLOCKS).add(np.arange(BLOCKS).reshape([BLOCKS, 1]));
}

/**
 * A layer of blocks, each open for the examples that score highest: gather them, one batched product, put the units
 * back; then the gradients for a given gradient at the output.
 */
function step(resident: NamedArrays, inputs: NamedArrays): NamedArrays {
  const weights = resident.weights!;
  const bias = resident.bias!;
  const order = np.argsort(np.negative(inputs.scores!), 0);
  const rows = np.transpose(np.split(order, [OPEN], 0)[0]!); // [blocks, open]
  const taken = np.take(inputs.images!, rows.ref, 0); // [blocks, open, inputs]
  const units = np.matmul(taken.ref, weights.ref).add(bias.ref.reshape([BLOCKS, 1, UNITS]));
  const loss = np.sum(placed(units, rows.ref).mul(resident.output!.ref));
  const output = resident.output!.ref.reshape([BATCH * BLOCKS, UNITS]);
  const above = np.take(output, placesOf(rows.ref), 0); // [blocks, open, units]
  const below = np.matmul(above.ref, weights.ref.transpose([0, 2, 1])); // [blocks, open, inputs]
  for (const name of names) resident[`gradient.${name}`]!.dispose();
  return {
    ...resident,
    total: resident.total!.add(loss),
    "gradient.weights": np.matmul(taken.transpose([0, 2, 1]), above.ref),
    "gradient.bias": np.sum(above, 1),
    "gradient.images": untake(below, rows, [BATCH, INPUTS]),
  };
}

export const routedRow: Row = {
  id: "routed",
  title: "routed layer, 10 % of 64 blocks of 32 units, 784 inputs, batch 128, forward and backward",
  peers: ["pytorch", "pytorch-masked"],
  tolerance: TOLERANCE,
  inputs: async () => ({
    images: normal(1, [BATCHES, BATCH, INPUTS], 1),
    scores: normal(2, [BATCHES, BATCH, BLOCKS], 1),
    output: normal(3, [BATCH, BLOCKS, UNITS], 1),
    weights: normal(4, [BLOCKS, INPUTS, UNITS], 1 / 28),
    bias: normal(5, [BLOCKS, UNITS], 1 / 4),
  }),
  async start(backend, { images, scores, output, weights, bias }) {
    const batch = (i: number): HostArrays => ({
      images: slice(images!, i),
      scores: slice(scores!, i),
    });
    const initial = { output: output!, weights: weights!, bias: bias!, images: slice(images!, 0) };
    return gradientEntry(
      backend,
      step,
      initial,
      names,
      Array.from({ length: BATCHES }, (_, i) => batch(i)),
    );
  },
};

/** One entry of the leading axis. */
function slice({ shape, data }: HostArrays[string], i: number): { shape: number[]; data: Float32Array } {
  const size = data.length / shape[0]!;
  return { shape: shape.slice(1), data: (data as Float32Array).subarray(i * size, (i + 1) * size) };
}
