import type { Value } from "@hardgrad/onnx/graph";
import type { Loop } from "./steps.ts";
import type { Storage } from "./views.ts";

/** A loop in a line, for whoever looks. */
export function describeLoop(loop: Loop, storageOf: ReadonlyMap<Value, Storage>): string {
  const written = loop.nodes.filter(({ node }) => storageOf.has(node.outputs[0]!));
  const folds = loop.folded?.map((f) => (f ? "-" : "+")).join("") ?? "";
  return `loop [${loop.lengths}] ${folds} ${loop.nodes.length} nodes (${loop.nodes
    .map(({ node }) => node.op)
    .join(" ")
    .slice(0, 100)}), ${written.length} written`;
}
