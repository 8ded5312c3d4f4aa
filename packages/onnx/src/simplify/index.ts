import { type Rule, rewriteAll } from "../ir/rewrite.ts";
import type { Graph } from "../ir/types.ts";
import { argmax } from "./argmax.ts";
import { cumsum } from "./cumsum.ts";
import { choices, unfilled, zeros } from "./fills.ts";
import { foldConstants } from "./fold.ts";
import { identities, noOperation } from "./identities.ts";
import { mergedLayout, unitReshapeFirst } from "./layout.ts";
import { logarithm, logOfShare, softplusByCases } from "./logarithm.ts";
import { biasedProduct, transposedProduct, transposedResult } from "./matmul.ts";
import { fastSoftplus } from "./onnxruntime.ts";
import { absolute, clip, notANumber, relu, sign } from "./piecewise.ts";
import { round } from "./rounding.ts";
import { log1p } from "./series.ts";
import { clippedSigmoid, sigmoid, sigmoidGradient } from "./sigmoid.ts";
import { divisions, signs } from "./signs.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { softplus, softplusGradient } from "./softplus.ts";
import { tanh, tanhGradient } from "./tanh.ts";

/** Functions in the form in which jax-js writes them, before other rules change that form. Gradients first. */
const functions: readonly Rule[] = [
  tanhGradient,
  tanh,
  softplusGradient,
  softplus,
  sigmoidGradient,
  sigmoid,
  log1p,
  logarithm,
  logOfShare,
  softplusByCases,
  softmax,
  logSoftmax,
  argmax,
  cumsum,
  round,
  absolute,
  notANumber,
  sign,
];
const clean: readonly Rule[] = [
  foldConstants,
  noOperation,
  identities,
  unfilled,
  zeros,
  choices,
  clip,
  clippedSigmoid,
  signs,
  divisions,
  mergedLayout,
  unitReshapeFirst,
];
const products: readonly Rule[] = [transposedProduct, transposedResult, biasedProduct, mergedLayout, relu];

/** What runs the model: any runtime (the model stays easy to read), or onnxruntime on a CPU. */
export type Target = "any" | "onnxruntime";

/** The same function with fewer passes over memory. Equal expressions are merged, and unused ones dropped, throughout. */
export function simplify(graph: Graph, target: Target): Graph {
  const last = target === "onnxruntime" ? [fastSoftplus] : [];
  return [[foldConstants], functions, clean, products, last].reduce(rewriteAll, graph);
}
