import { type Rule, rewriteAll } from "../ir/rewrite.ts";
import type { Graph } from "../ir/types.ts";
import { choices, unfilled, zeros } from "./fills.ts";
import { foldConstants } from "./fold.ts";
import { identities, noOperation } from "./identities.ts";
import {
  argmax,
  clippedSigmoid,
  cumsum,
  log1p,
  logSoftmax,
  round,
  sigmoid,
  sigmoidGradient,
  softmax,
  softplus,
  softplusGradient,
  tanh,
  tanhGradient,
} from "./jax-js/index.ts";
import { mergedLayout, unitReshapeFirst } from "./layout.ts";
import { logarithm, logOfShare, softplusByCases } from "./logarithm.ts";
import { biasedProduct, transposedProduct, transposedResult } from "./matmul.ts";
import { absolute, clip, notANumber, relu, sign } from "./piecewise.ts";
import { divisions, signs } from "./signs.ts";

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

/** The same function with fewer passes over memory. Equal expressions are merged, and unused ones dropped, throughout. */
export function simplify(graph: Graph): Graph {
  return [[foldConstants], functions, clean, products].reduce(rewriteAll, graph);
}
