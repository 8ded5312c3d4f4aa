import { numpy as np } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../../contract/backend.ts";
import type { EvaluationContext } from "../../contract/experiment.ts";
import { largestIn } from "./largest-in.ts";
import type { LogicSettings } from "./options.ts";

/**
 * How choices settle. Of layer i: `madeI [3, gates]`, the operation and the wires that each gate had chosen when the last
 * epoch ended; `changedI`, the share of gates that have chosen something else since the epoch before.
 */

type Context = EvaluationContext<LogicSettings>;

/** Before the first step. Keeps the arrays. */
export function firstChoices(read: np.Array, wires: np.Array | undefined, logits: np.Array): np.Array {
  const plain = (array: np.Array): HostArray => ({ shape: array.shape, data: array.ref.dataSync() as Float32Array }); // biome-ignore format: one thought
  const { data, shape } = choicesOf(plain(read), wires && plain(wires), plain(logits));
  return np.array(data as Float32Array<ArrayBuffer>).reshape([...shape]);
}

/** The operation, the first and the second wire of each gate, `[3, gates]`. */
function choicesOf(read: HostArray, wires: HostArray | undefined, logits: HostArray): HostArray {
  const gates = logits.shape[0]!;
  const candidates = read.data.length / (2 * gates);
  const data = new Float32Array(3 * gates);
  for (let gate = 0; gate < gates; gate++) data[gate] = largestIn(logits.data, 16 * gate, 16);
  for (let input = 0; input < 2 * gates; input++) {
    const choice = wires ? largestIn(wires.data, input * candidates, candidates) : 0;
    data[gates + input] = read.data[input * candidates + choice]!;
  }
  return { shape: [3, gates], data };
}

/** What is measured when an epoch has ended: which gates have changed since the last one. */
export async function settledChoices({ settings, read }: Context): Promise<HostArrays> {
  const after: { [name: string]: HostArray } = {};
  for (let i = 0; i < settings.layers; i++) {
    const own = await layer(i, settings, read);
    const made = choicesOf(own.read, own.wires, own.gates);
    const gates = made.shape[1]!;
    let changed = 0;
    for (let gate = 0; gate < gates; gate++)
      if ([0, 1, 2].some((part) => made.data[part * gates + gate] !== own.made.data[part * gates + gate])) changed++; // biome-ignore format: one thought
    after[`made${i}`] = made;
    after[`changed${i}`] = { shape: [], data: Float32Array.of(changed / gates) };
  }
  return after;
}

async function layer(i: number, { wiring }: LogicSettings, read: Context["read"]) {
  const learned = wiring === "learned";
  const names = ["read", "gates", "made", ...(learned ? ["wires"] : [])].map((name) => `params.${name}${i}`);
  const arrays = await read(names);
  const of = (name: string): HostArray => arrays[`params.${name}${i}`]!;
  return { read: of("read"), gates: of("gates"), made: of("made"), wires: learned ? of("wires") : undefined };
}

/** Of each layer: the share of gates that changed in this epoch, and the mean probability of what is chosen, of operations and of wires. */
export async function settling({ settings, read }: Context): Promise<{ [tag: string]: number }> {
  const result: { [tag: string]: number } = {};
  for (let i = 0; i < settings.layers; i++) {
    const { gates, wires } = await layer(i, settings, read);
    const changed = await read([`params.changed${i}`]);
    result[`choices/changed-${i + 1}`] = changed[`params.changed${i}`]!.data[0]!;
    result[`choices/operations-${i + 1}`] = confidenceOf(gates);
    if (wires) result[`choices/wires-${i + 1}`] = confidenceOf(wires);
  }
  return result;
}

/** The mean over rows of the largest probability. */
export function confidenceOf({ shape, data }: HostArray): number {
  const [rows, choices] = shape as [number, number];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const most = data[row * choices + largestIn(data, row * choices, choices)]!;
    let sum = 0;
    for (let c = 0; c < choices; c++) sum += Math.exp(data[row * choices + c]! - most);
    total += 1 / sum;
  }
  return total / rows;
}
