/**
 * Rules that only undo what jax-js 0.1.25 does: it has no primitive for these functions and traces each as a tree of
 * others, which a rule here recognises and turns back into the one operator that ONNX has. They match the exact trees of
 * that version, so a new version of jax-js can leave them without work; the tests of simplification then fail. When jax-js
 * names one of the primitives, its file goes and `lowering/` gets a line.
 */
export { argmax } from "./argmax.ts";
export { cumsum } from "./cumsum.ts";
export { round } from "./rounding.ts";
export { log1p } from "./series.ts";
export { clippedSigmoid, sigmoid, sigmoidGradient } from "./sigmoid.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { softplus, softplusGradient } from "./softplus.ts";
export { tanh, tanhGradient } from "./tanh.ts";
