export { hasFused } from "@hardgrad/onnx/graph";
export { type Blas, loadBlas, type NoBlas } from "./blas/load.ts";
export { type CompiledGraph, compileGraph, type GraphLayout, type Port } from "./compile-graph.ts";
export { numbers } from "./host.ts";
export { bytesOf } from "./memory.ts";
export { createMultiply, scratchBytes } from "./multiply/index.ts";
export type { Multiply } from "./product.ts";
export { grow, instantiate, type Program } from "./program.ts";
export type { Storage } from "./views.ts";
