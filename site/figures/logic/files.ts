import { type Circuit, circuitVerilog, writeCircuitJson } from "@hardgrad/runtime/circuit";
import type { FigureFile } from "../contract.ts";

/** Netlists that leave the page. */
export const netlists: readonly FigureFile<{ readonly circuit?: Circuit }>[] = [
  { label: "JSON", ending: "json", content: ({ circuit }) => circuit && writeCircuitJson(circuit) },
  { label: "Verilog", ending: "v", content: ({ circuit }) => circuit && circuitVerilog(circuit) },
];
