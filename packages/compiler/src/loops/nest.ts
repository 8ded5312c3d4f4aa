import type { Value } from "@hardgrad/onnx/graph";
import { splitStrides } from "../refine.ts";
import type { Loop, LoopNode } from "../steps.ts";
import { rowMajor, type Storage, type View } from "../views.ts";

/** An array as a loop nest reads or writes it. */
export interface Access {
  readonly writes: boolean;
  readonly storage: Storage;
  readonly offset: number;
  /** Along the axes of the nest, in elements. */
  readonly strides: readonly number[];
}

/** How the axes of a loop become loops, and how its arrays lie along them. */
export interface Nest {
  /** What is read and written in memory, by `readKey` and `writeKey`. */
  readonly accesses: ReadonlyMap<string, Access>;
  /** Axes after joining: lengths, and whether they are folded. */
  readonly lengths: readonly number[];
  readonly folded: readonly boolean[];
  /** Axes from the outermost loop to the innermost: those that are kept, then the folded ones. */
  readonly order: readonly number[];
  /** How many are kept. */
  readonly kept: number;
  /** Whether a last vector may reach beyond the end: storage has room there. */
  readonly overrun: boolean;
  /** Vectors that a reduction of columns takes at once. */
  readonly many: number;
}

/** A reduction over what is outside the last axis takes so many columns at once, and so many nodes at most. */
const MOST_VECTORS = 8;
const MOST_COPIES = 64;

/** The key of what a loop reads. */
export const readKey = ({ lengths }: Loop, root: Value, view: View): string =>
  `${root.id}:${view.offset}:${splitStrides(view.shape, view.strides, lengths)}`;

/** The key of what a loop writes. */
export const writeKey = (out: Value): string => `to ${out.id}`;

/**
 * @param storageOf where the values lie that are in memory.
 * @param threads that share the outermost loop.
 */
export function arrangeNest(loop: Loop, storageOf: ReadonlyMap<Value, Storage>, threads: number): Nest {
  const all = accessesOf(loop, storageOf);
  const groups = joinedAxes(loop, [...all.values()]);
  const lengths = groups.map((group) => group.reduce((n, axis) => n * loop.lengths[axis]!, 1));
  const folded = groups.map((group) => loop.folded?.[group[0]!] ?? false);
  const accesses = new Map<string, Access>();
  for (const [key, access] of all)
    accesses.set(key, { ...access, strides: groups.map((group) => access.strides[group.at(-1)!]!) });

  const axes = lengths.map((_, axis) => axis);
  const last = axes.length - 1;
  const kept = axes.filter((axis) => !folded[axis]);
  const folds = kept.length < axes.length;
  const near = [...accesses.values()].every(({ strides }) => Math.abs(strides[last] ?? 0) <= 1);
  const mapped = loop.nodes.some((item) => !item.folded.includes(true) && storageOf.has(resultOf(item)));
  const copies = Math.min(
    MOST_VECTORS,
    Math.floor(MOST_COPIES / loop.nodes.length),
    Math.floor(lengths[last]! / 4 / (kept.length === 1 ? threads : 1)),
  );
  return {
    accesses,
    lengths,
    folded,
    order: [...kept, ...axes.filter((axis) => folded[axis])],
    kept: kept.length,
    overrun: !folded[last] && kept.length === 1 && (!folds || !mapped) && near && !loop.into,
    many: folds && !folded[last] && near ? Math.max(1, copies) : 1,
  };
}

const resultOf = ({ node }: LoopNode): Value => node.outputs[0]!;

/** What a loop reads and writes, with strides along the loop's own lengths. */
function accessesOf(loop: Loop, storageOf: ReadonlyMap<Value, Storage>): ReadonlyMap<string, Access> {
  const accesses = new Map<string, Access>();
  const made = new Set(loop.nodes.map(resultOf));
  const along = ({ shape, strides }: View): readonly number[] => splitStrides(shape, strides, loop.lengths);
  for (const item of loop.nodes) {
    for (const { root, view } of item.operands) {
      if (made.has(root) || root.data?.length === 1) continue;
      accesses.set(readKey(loop, root, view), {
        writes: false,
        storage: storageOf.get(root)!,
        offset: view.offset,
        strides: along(view),
      });
    }
    const out = resultOf(item);
    const target = loop.into ?? { root: out, view: { ...resultView(item), offset: 0 } };
    const storage = storageOf.get(target.root);
    if (storage)
      accesses.set(writeKey(out), {
        writes: true,
        storage,
        offset: target.view.offset,
        strides: along(target.view),
      });
  }
  return accesses;
}

/** A node's result: row by row along its loop, and standing still along what is folded. */
function resultView({ lengths, folded }: LoopNode): Omit<View, "offset"> {
  const kept = rowMajor(lengths.filter((_, i) => !folded[i]));
  let at = 0;
  return { shape: lengths, strides: lengths.map((_, i) => (folded[i] ? 0 : kept[at++]!)) };
}

/** Neighbouring axes that every access crosses as one. */
function joinedAxes({ lengths, folded }: Loop, accesses: readonly Access[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  lengths.forEach((_, axis) => {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const joins =
      before !== undefined &&
      folded?.[before] === folded?.[axis] &&
      accesses.every(({ strides }) => strides[before] === strides[axis]! * lengths[axis]!);
    if (joins) last!.push(axis);
    else groups.push([axis]);
  });
  return groups;
}
