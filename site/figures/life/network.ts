import { nn, numpy as np, random } from "@jax-js/jax";
import { logicGates } from "hardgrad";
import { CELLS, CENTRE, ROWS } from "./rule.ts";

/**
 * A tree of logic gates: the eight neighbours are joined to pairs, the pairs to fours, the fours with the cell itself. What
 * joins two is the same network for every pair of a level, copied. Each input of a gate chooses among some of the wires of
 * the layer before and of those that its level begins with.
 */
const levels = [
  { copies: 4, sizes: [8] },
  { copies: 2, sizes: [16, 16, 16] },
  { copies: 1, sizes: [32, 32, 32, 16, 8] },
];
const CANDIDATES = 8;

/** A layer of the network. */
interface Layer {
  readonly copies: number;
  readonly gates: number;
  /** Wires that there are to read. */
  readonly wires: number;
  /** Begins a level. */
  readonly first: boolean;
}

export const layers: readonly Layer[] = levels.flatMap(({ copies, sizes }, level) => {
  const before = level === 0 ? 1 : levels[level - 1]!.sizes.at(-1)!;
  const given = 2 * before + (copies === 1 ? 1 : 0);
  return sizes.map((gates, i) => ({
    copies,
    gates,
    first: i === 0,
    wires: given + (i === 0 ? 0 : sizes[i - 1]!),
  }));
});

/** Logits of each layer: `gatesI [gates, 16]` of the operations, `wiresI [2 gates, wires]` of the wires, first inputs first. */
export interface Arrays {
  readonly [name: string]: np.Array;
}

/** The ten operations that read both inputs. */
const both = [1, 2, 4, 6, 7, 8, 9, 11, 13, 14];

/** Random logits, and of each `wiresI` which wires are candidates: 0 for those, a large negative number for others. */
export function initial(seed: number): { readonly logits: Arrays; readonly masks: Arrays } {
  const logits: { [name: string]: np.Array } = {};
  const masks: { [name: string]: np.Array } = {};
  const keys = np.split(random.split(random.key(seed), 3 * layers.length), 3 * layers.length, 0);
  for (const [i, { gates, wires }] of layers.entries()) {
    const [own, order, noise] = keys.slice(3 * i, 3 * i + 3).map((key) => key.reshape([2])) as [np.Array, np.Array, np.Array]; // biome-ignore format: one thought
    const operations = np.array(both).slice(random.randint(own, { shape: [gates], minval: 0, maxval: both.length })); // biome-ignore format: one thought
    logits[`gates${i}`] = np
      .equal(np.arange(16).astype(np.float32), operations.reshape([gates, 1]))
      .astype(np.float32)
      .mul(Math.log(15));
    logits[`wires${i}`] = random.normal(noise, [2 * gates, wires]);
    const rank = np.argsort(np.argsort(random.uniform(order, [2 * gates, wires]), -1), -1);
    masks[`wires${i}`] = np.where(np.less(rank, CANDIDATES), 0, -1e9);
  }
  return { logits, masks };
}

/** All neighbourhoods: cell p of number n is bit p of n. `[9, 512]` */
export const neighbourhoods: Float32Array<ArrayBuffer> = Float32Array.from(
  { length: CELLS * ROWS },
  (_, i) => ((i % ROWS) >> Math.floor(i / ROWS)) & 1,
);

/**
 * The last layer's outputs `[gates, examples]`, choices as soft as the logits. Consumes everything.
 *
 * @param x `[9, examples]`.
 */
export function outputs(logits: Arrays, masks: Arrays, x: np.Array): np.Array {
  const examples = x.shape[1]!;
  const [before, centre, behind] = np.split(x, [CENTRE, CENTRE + 1], 0) as [np.Array, np.Array, np.Array];
  let y = np.concatenate([before, behind]).reshape([1, (CELLS - 1) * examples]);
  let given = np.zeros([1]);
  for (const [i, { copies, first }] of layers.entries()) {
    if (first) {
      given.dispose();
      const pairs = joined(y, copies, examples);
      given = copies === 1 ? np.concatenate([pairs, centre.ref]) : pairs;
    }
    const wires = first ? given.ref : np.concatenate([given.ref, y]);
    const choice = softmax(logits[`wires${i}`]!.add(masks[`wires${i}`]!));
    const [a, b] = np.split(np.matmul(choice, wires), 2, 0) as [np.Array, np.Array];
    y = logicGates(softmax(logits[`gates${i}`]!), a, b);
  }
  given.dispose();
  centre.dispose();
  return y;
}

/** Wires of two neighbours as wires of one: `[n, 2 copies examples]` becomes `[2 n, copies examples]`. */
function joined(y: np.Array, copies: number, examples: number): np.Array {
  const n = y.shape[0]!;
  const pairs = np.transpose(y.reshape([n, copies, 2, examples]), [2, 0, 1, 3]);
  return pairs.reshape([2 * n, copies * examples]);
}

const softmax = (logits: np.Array): np.Array => nn.softmax(logits, -1);
