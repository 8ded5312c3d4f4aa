import { rewriteAll } from "../ir/rewrite.ts";
import type { Graph } from "../ir/types.ts";
import { identities, noOperation } from "./identities.ts";
import { mergedLayout, unitReshapeFirst } from "./layout.ts";
import { biasedProduct, transposedProduct } from "./matmul.ts";
import { divisions, signs } from "./signs.ts";

/** The same function with fewer passes over memory. Equal expressions are merged, and unused ones dropped, throughout. */
export function simplify(graph: Graph): Graph {
  const clean = rewriteAll(graph, [
    noOperation,
    identities,
    signs,
    divisions,
    mergedLayout,
    unitReshapeFirst,
  ]);
  return rewriteAll(clean, [transposedProduct, biasedProduct, mergedLayout]);
}
