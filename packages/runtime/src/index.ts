export { type Costs, measureCosts } from "./costs.ts";
export type { LayerReport } from "./explain.ts";
export { readRuntimeFile, writeRuntimeFile } from "./file.ts";
export { RuntimeFileError } from "./frame.ts";
export type {
  BitsLayer,
  GatedLayer,
  GateLayer,
  HeadLayer,
  Layer,
  LinearLayer,
  Network,
  UnitLayer,
  UnitName,
} from "./layers.ts";
export { packSigns } from "./layers.ts";
export type { Path } from "./paths.ts";
export { loadRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
