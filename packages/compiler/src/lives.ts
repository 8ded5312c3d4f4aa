import { type Graph, sameShape, size, type Value } from "@hardgrad/onnx/graph";
import type { ScheduledStep } from "./steps.ts";

/** What a step reads and writes. */
export function usesOf(step: ScheduledStep): { reads: Value[]; writes: Value[] } {
  if (step.kind === "single")
    return { reads: step.operands.map(({ root }) => root), writes: [...step.node.outputs] };
  return {
    reads: step.nodes.flatMap(({ operands }) => operands.map(({ root }) => root)),
    writes: step.into ? [step.into.root] : step.nodes.map(({ node }) => node.outputs[0]!),
  };
}

/** The steps between which each stored value must stay. */
export function livesOf(
  steps: readonly ScheduledStep[],
  stored: ReadonlySet<Value>,
  outputs: readonly Value[],
): Map<Value, { from: number; to: number }> {
  const lives = new Map<Value, { from: number; to: number }>();
  steps.forEach((step, at) => {
    const { reads, writes } = usesOf(step);
    for (const x of writes)
      if (stored.has(x))
        lives.set(x, { from: lives.get(x)?.from ?? at, to: Math.max(lives.get(x)?.to ?? at, at) });
    for (const x of reads) {
      const life = lives.get(x) ?? { from: -1, to: at };
      lives.set(x, { from: life.from, to: Math.max(life.to, at) });
    }
  });
  for (const x of outputs) lives.set(x, { from: lives.get(x)?.from ?? -1, to: steps.length });
  return lives;
}

/** Results that can be written over the input they replace: nobody reads it afterwards, nor elsewhere in the same pass. */
export function placesOfUpdates(
  steps: readonly ScheduledStep[],
  graph: Graph,
  roots: readonly Value[],
  names: readonly string[],
  updates: { readonly [result: string]: string },
  lives: ReadonlyMap<Value, { from: number; to: number }>,
): ReadonlyMap<Value, Value> {
  const input = new Map(graph.inputs.map((x) => [x.name!, x]));
  const places = new Map<Value, Value>();
  const taken = new Set<Value>();
  roots.forEach((root, i) => {
    const old = input.get(updates[names[i]!]!);
    const { from = -1 } = lives.get(root) ?? {};
    if (!old || from < 0 || places.has(root) || taken.has(old) || !sameShape(root.shape, old.shape)) return;
    if (roots.filter((x) => x === root).length > 1 || roots.includes(old)) return;
    const last = lives.get(old)?.to ?? -1;
    const step = steps[from]!;
    if (last > from || (last === from && !readsInOrder(step, root, old))) return;
    places.set(root, old);
    taken.add(old);
  });
  return places;
}

/** Whether a loop reads an array only where it writes the result: element by element. */
function readsInOrder(step: ScheduledStep, root: Value, old: Value): boolean {
  if (step.kind !== "loop") return false;
  const made = step.nodes.find(({ node }) => node.outputs[0] === root);
  if (!made || made.folded.includes(true)) return false;
  return step.nodes.every(({ operands, lengths }) =>
    operands.every(
      ({ root: x, view }) =>
        x !== old ||
        (size(lengths) === size(old.shape) &&
          view.offset === 0 &&
          view.strides.every((s, i) => s === lengths.slice(i + 1).reduce((a, b) => a * b, 1))),
    ),
  );
}
