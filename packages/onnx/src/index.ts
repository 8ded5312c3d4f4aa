export { LoweringError } from "./errors.ts";
export { type Lowered, type LowerOptions, lower, type Port } from "./lower.ts";
export { decodeModel } from "./proto/decode.ts";
export type { ModelProto } from "./proto/schema.ts";
export { fastDraw } from "./random/draws.ts";
export { type Draw, type KeyProgram, type KeyStep, runKeys, type Words } from "./random/keys.ts";
export { type Mode, threefryBits } from "./random/threefry.ts";
export { toOnnx } from "./to-onnx.ts";
export type { Traceable } from "./trace.ts";
