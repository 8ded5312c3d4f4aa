import { size, type Value } from "@hardgrad/onnx/graph";
import type { ScheduledStep } from "./steps.ts";
import type { Storage } from "./views.ts";

/** Arrays begin on cache lines. */
const LINE = 64;
/** Behind each array: what a last vector may reach beyond its end. */
const ROOM = 16;

export const storageBytes = ({ dtype, length }: Pick<Storage, "dtype" | "length">): number =>
  LINE * Math.ceil((length * (dtype === "uint8" ? 1 : 4) + ROOM) / LINE);

/** The values that must be in memory: read by another step than their own, by a single node, or after the end. */
export function valuesInMemory(
  steps: readonly ScheduledStep[],
  outputs: readonly Value[],
): ReadonlySet<Value> {
  const stored = new Set<Value>(outputs);
  for (const step of steps) {
    if (step.kind === "single") {
      for (const x of step.node.outputs) stored.add(x);
      for (const { root } of step.operands) stored.add(root);
      continue;
    }
    if (step.into) stored.add(step.into.root);
    const made = new Set(step.nodes.map(({ node }) => node.outputs[0]!));
    for (const { operands } of step.nodes)
      for (const { root } of operands) if (!made.has(root)) stored.add(root);
  }
  return stored;
}

/** Gives arrays that live for some of the steps their addresses from `start` on; returns where their room ends. */
export function place(
  storages: readonly { readonly storage: Storage; readonly from: number; readonly to: number }[],
  start: number,
): number {
  const placed: { from: number; to: number; begin: number; end: number }[] = [];
  let top = start;
  // Large ones first, each at the lowest address that is free while it lives.
  for (const { storage, from, to } of [...storages].sort(
    (a, b) => storageBytes(b.storage) - storageBytes(a.storage),
  )) {
    const bytes = storageBytes(storage);
    let begin = start;
    for (const other of placed
      .filter((p) => p.from <= to && from <= p.to)
      .sort((p, q) => p.begin - q.begin)) {
      if (other.begin - begin >= bytes) break;
      begin = Math.max(begin, other.end);
    }
    storage.address = begin;
    placed.push({ from, to, begin, end: begin + bytes });
    top = Math.max(top, begin + bytes);
  }
  return top;
}

export const storageFor = ({ dtype, shape }: Value): Storage => ({ dtype, length: size(shape), address: -1 });
