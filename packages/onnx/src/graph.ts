/**
 * `@hardgrad/onnx/graph`: the graph of a lowered function, to compile it. `lowerGraph` gives it and a `Builder` makes one;
 * the instructions and the `ModuleBuilder` make WebAssembly of it.
 *
 * @module
 */
export { Builder } from "./ir/builder.ts";
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
export { type GraphOptions, type LoweredGraph, lowerGraph } from "./lower.ts";
export { type SingleDraw, singleDraws } from "./random/draws.ts";
export { noiseFunction } from "./random/simd-kernel.ts";
export { hasFused } from "./wasm/features.ts";
export {
  atomic,
  branch,
  branchIf,
  type Code,
  call,
  control,
  f32,
  float,
  get,
  global,
  i32,
  int,
  load,
  memoryCopy,
  memoryFill,
  select,
  set,
  store,
  tee,
  type,
} from "./wasm/instructions.ts";
export { type Locals, type MemoryType, ModuleBuilder } from "./wasm/module.ts";
export { f32x4, i32x4, v128, vectors, words } from "./wasm/vectors.ts";
