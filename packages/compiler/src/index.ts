export type { Elements, ElementType, PlainArray, PlainArrays } from "./arrays.ts";
export { dtypeOf, signatureOf } from "./arrays.ts";
export { type Blas, loadBlas, type NoBlas } from "./blas/load.ts";
export { chooseProducts, type Products, type ProductsOptions } from "./choose-products.ts";
export {
  type ArgumentTrees,
  type CompiledFunction,
  compileFunction,
  type Stepper,
} from "./compile-function.ts";
export {
  type Compiled,
  type CompiledStep,
  type CompileOptions,
  compile,
  compileStep,
  type Given,
  type Leaf,
  type Plain,
  type Result,
  type Results,
  type Traced,
} from "./compile-step.ts";
export { Residents } from "./residents.ts";
