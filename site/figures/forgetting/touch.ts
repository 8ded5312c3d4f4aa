import type { Checkpoint } from "@hardgrad/experiments";
import type { ForgettingState, Touched, WeightMap } from "./controls.ts";
import { placeOf } from "./place.ts";
import { TASKS } from "./settings.ts";

/** Which weights a finished task reads, and the same network with one of them changed. */

const PER_LAYER = ["memory.gate1", "memory.gate2"] as const;

/** The units of a layer, those of the first task first, and which tasks use each: bit t for task t. */
function unitsOf({ tensors }: Checkpoint, layer: 0 | 1, units: number): { unit: number; users: number }[] {
  const gates = tensors[PER_LAYER[layer]];
  const users = Array.from({ length: units }, (_, unit) => {
    let bits = 0;
    for (let task = 0; gates && task < gates.shape[0]!; task++)
      if (gates.data[task * units + unit]! > 0) bits |= 1 << task;
    return { unit, users: bits };
  });
  // Read from the first task on: units of task 1 alone, of 1 and 2, ..., of none.
  const rank = (bits: number): string =>
    Array.from({ length: TASKS }, (_, task) => ((bits >> task) & 1 ? "0" : "1")).join("");
  return users.sort((a, b) => rank(a.users).localeCompare(rank(b.users)) || a.unit - b.unit);
}

/** The map of the weights between the hidden layers. */
export function mapOf(checkpoint: Checkpoint, units: number): WeightMap {
  const from = unitsOf(checkpoint, 0, units);
  const to = unitsOf(checkpoint, 1, units);
  const readers = new Uint8Array(units * units);
  from.forEach((a, i) => {
    to.forEach((b, j) => {
      readers[i * units + j] = a.users & b.users;
    });
  });
  return { units, readers };
}

/** A copy of the checkpoint with one weight changed. */
export function touch(
  checkpoint: Checkpoint,
  { touch: how, weight, units }: ForgettingState,
): { readonly checkpoint: Checkpoint; readonly touched: Touched } {
  const { row, column } = placeOf(weight, units);
  const at = unitsOf(checkpoint, 0, units)[row]!.unit * units + unitsOf(checkpoint, 1, units)[column]!.unit;
  const w2 = checkpoint.tensors["params.w2"]!;
  const data = w2.data.slice();
  const before = data[at]!;
  if (how === "zero") data[at] = 0;
  else new Uint32Array(data.buffer)[at]! ^= 1;
  return {
    checkpoint: { ...checkpoint, tensors: { ...checkpoint.tensors, "params.w2": { shape: w2.shape, data } } },
    touched: { row, column, before, after: data[at]! },
  };
}
