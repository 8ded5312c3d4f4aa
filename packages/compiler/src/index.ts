export type { Elements, ElementType, PlainTensor, PlainTensors } from "./arrays.ts";
export { dtypeOf, signatureOf } from "./arrays.ts";
export type { ProgramCost } from "./assemble-run.ts";
export { type Blas, loadBlas, type NoBlas } from "./blas/load.ts";
export { chooseProducts, type Products, type ProductsOptions } from "./choose-products.ts";
export {
  type ArgumentTrees,
  type CompiledFunction,
  compileFunction,
  type Stepper,
} from "./compile-function.ts";
export {
  type ArgumentLeaf,
  type Compiled,
  type CompiledStep,
  type CompileOptions,
  compile,
  compileStep,
  type GivenTree,
  type Plain,
  type ResultLeaf,
  type Results,
  type Standalone,
  type TracedTree,
} from "./compile-step.ts";
export { Residents } from "./residents.ts";
