export { CircuitError } from "./check.ts";
export type { Circuit, CircuitClass, LogicGate, Threshold } from "./circuit.ts";
export { evaluateCircuit } from "./evaluate.ts";
export { readCircuitFile, writeCircuitFile } from "./file.ts";
export { circuitAiger, circuitBinaryAiger } from "./formats/aiger.ts";
export { circuitBlif } from "./formats/blif.ts";
export { circuitC } from "./formats/c.ts";
export { circuitDot } from "./formats/dot.ts";
export { circuitSvg } from "./formats/svg.ts";
export { circuitVerilog } from "./formats/verilog.ts";
export { readCircuitJson, writeCircuitJson } from "./json.ts";
export { circuitPart } from "./part.ts";
export {
  type CircuitRuntime,
  loadCircuit,
  loadThreadedCircuit,
  type Pixels,
  type ThreadedCircuitRuntime,
} from "./runtime.ts";
export { simplifyCircuit } from "./simplify.ts";
export { type CircuitStatistics, circuitStatistics } from "./statistics.ts";
