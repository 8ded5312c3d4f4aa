import type { Node, Value } from "@hardgrad/onnx/graph";
import type { View } from "./views.ts";

/** An operand: an array in memory, or a value of the same loop; and how it is looked at. */
export interface Operand {
  /** What a node computes, or an input or a constant. */
  readonly root: Value;
  /** Of the root's elements, in the shape of the loop's element. */
  readonly view: View;
}

/** A node of a loop. */
export interface LoopNode {
  readonly node: Node;
  readonly operands: readonly Operand[];
  /** Lengths of its loop, without ones. */
  readonly lengths: readonly number[];
  /** Which of them it sums over (or takes the maximum, ...): none for an elementwise node. */
  readonly folded: readonly boolean[];
}

/** Nodes that run in one pass over memory: a loop nest. */
export interface Loop {
  readonly kind: "loop";
  /** A refinement of the lengths of all nodes. */
  lengths: readonly number[];
  /** Which of `lengths` its reductions fold; undefined while it has none. */
  folded: readonly boolean[] | undefined;
  readonly nodes: LoopNode[];
  /** Where the only node writes, if that is a part of an array. */
  readonly into?: Operand;
}

/** A node that runs by itself: a matrix product, or one of the rarer operators. */
export interface Single {
  readonly kind: "single";
  readonly node: Node;
  readonly operands: readonly Operand[];
}

export type ScheduledStep = Loop | Single;

/** A loop with more arrays or nodes than this is ended: registers are few. */
export const MOST_NODES = 160;
export const MOST_ARRAYS = 60;
