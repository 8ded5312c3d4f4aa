/**
 * `@hardgrad/onnx/graph`: the graph of a lowered function, to change or compile it. `lowerGraph` gives it, rules rewrite
 * it, a `Builder` makes parts of it, `encodeGraph` writes it. The assembler makes WebAssembly kernels of parts of it.
 *
 * @module
 */
export { LoweringError } from "./errors.ts";
export { Builder } from "./ir/builder.ts";
export { beside, besideScalar, bothWays, fillOf, isScalar, made, scalarOf, under } from "./ir/match.ts";
export { type Rewriter, type Rule, rewriteAll } from "./ir/rewrite.ts";
export {
  type Attribute,
  type Attributes,
  broadcastShapes,
  type ConstantData,
  type DType,
  type Graph,
  isFloat,
  type Node,
  sameShape,
  size,
  type Value,
} from "./ir/types.ts";
export { encodeGraph, type GraphOptions, type LoweredGraph, lowerGraph } from "./lower.ts";
export { mergedLayout } from "./simplify/layout.ts";
export { transposedProduct } from "./simplify/matmul.ts";
export { needsRelativePrecision } from "./simplify/precision.ts";
export {
  atomic,
  branch,
  branchIf,
  type Code,
  call,
  control,
  f32,
  f32x4,
  float,
  get,
  global,
  hasFused,
  hasVectors,
  i32,
  i32x4,
  instantiate,
  int,
  type Locals,
  load,
  long,
  type MemoryType,
  ModuleBuilder,
  memoryCopy,
  memoryFill,
  moduleOf,
  select,
  set,
  store,
  tee,
  type,
  v128,
  vectors,
  words,
} from "./wasm/assembler.ts";
