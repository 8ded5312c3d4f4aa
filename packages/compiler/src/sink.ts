import type { Value } from "@hardgrad/onnx/graph";
import { commonRefinement, splitStrides } from "./refine.ts";
import { type Loop, MOST_ARRAYS, MOST_NODES, type ScheduledStep } from "./steps.ts";

/**
 * Moves loops to the first step that needs them, and makes one loop of the two where that is possible: an optimizer's
 * moments, of which a part is known long before the gradient, are then one pass over memory.
 */
export function sink(steps: readonly ScheduledStep[]): readonly ScheduledStep[] {
  const left: (ScheduledStep | undefined)[] = [...steps];
  // Values that are read, by step; undefined for a step that has gone.
  const read: (ReadonlySet<Value> | undefined)[] = steps.map(readsOf);
  for (let at = left.length - 2; at >= 0; at--) {
    const loop = left[at]!;
    if (loop.kind !== "loop" || loop.into) continue;
    const made = new Set(loop.nodes.map(({ node }) => node.outputs[0]!));
    const target = firstReader(read, at + 1, made);
    const next = left[target];
    if (next?.kind !== "loop") continue;
    const joined = join(loop, next, made);
    if (!joined) continue;
    left[target] = joined;
    read[target] = readsOf(joined);
    left[at] = undefined;
    read[at] = undefined;
  }
  return left.filter((step) => step !== undefined);
}

function readsOf(step: ScheduledStep): ReadonlySet<Value> {
  const operands = step.kind === "loop" ? step.nodes.flatMap((n) => n.operands) : step.operands;
  return new Set(operands.map(({ root }) => root));
}

/** The first step from `start` on that reads one of some values; -1 if none does. */
function firstReader(
  read: readonly (ReadonlySet<Value> | undefined)[],
  start: number,
  made: ReadonlySet<Value>,
): number {
  for (let i = start; i < read.length; i++) for (const x of made) if (read[i]?.has(x)) return i;
  return -1;
}

/** Two loops as one, if what the second reads of the first is made element by element in the same order. */
function join(first: Loop, second: Loop, made: ReadonlySet<Value>): Loop | undefined {
  if (second.into || first.nodes.length + second.nodes.length > MOST_NODES) return undefined;
  const lengths = commonRefinement(first.lengths, second.lengths);
  if (!lengths) return undefined;
  const mask = ({ lengths: own, folded }: Loop): readonly boolean[] | undefined =>
    folded && splitStrides(own, folded.map(Number), lengths).map((x) => x !== 0);
  const [a, b] = [mask(first), mask(second)];
  if (a && b && a.some((x, i) => x !== b[i])) return undefined;
  const folds = new Set(
    first.nodes.filter(({ folded }) => folded.includes(true)).map(({ node }) => node.outputs[0]!),
  );
  const inOrder = second.nodes.every(({ operands, lengths: own }) =>
    operands.every(({ root, view }) => {
      if (!made.has(root)) return true;
      const steps = own.map((_, i) => own.slice(i + 1).reduce((n, d) => n * d, 1));
      return !folds.has(root) && view.offset === 0 && view.strides.every((s, i) => s === steps[i]);
    }),
  );
  if (!inOrder) return undefined;
  const nodes = [...first.nodes, ...second.nodes];
  const arrays = new Set(nodes.flatMap(({ operands }) => operands.map(({ root }) => root)));
  if (arrays.size - made.size > MOST_ARRAYS) return undefined;
  return { kind: "loop", lengths, folded: a ?? b, nodes };
}
