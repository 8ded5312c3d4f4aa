import {
  type Circuit,
  circuitAiger,
  circuitBinaryAiger,
  circuitBlif,
  circuitC,
  circuitDot,
  circuitSvg,
  circuitVerilog,
  writeCircuitFile,
  writeCircuitJson,
} from "@hardgrad/runtime/circuit";
import { UsageError } from "../ask/errors.ts";
import { unknownName } from "../ask/suggest.ts";

/** A form of a netlist: how its files end, and what writes them. */
interface CircuitFormat {
  readonly ending: string;
  readonly write: (circuit: Circuit) => string | Uint8Array;
}

/** By name. */
export const circuitFormats: { readonly [name: string]: CircuitFormat } = {
  runtime: { ending: "hardgrad", write: writeCircuitFile },
  json: { ending: "json", write: writeCircuitJson },
  verilog: { ending: "v", write: circuitVerilog },
  c: { ending: "c", write: circuitC },
  blif: { ending: "blif", write: circuitBlif },
  aiger: { ending: "aag", write: circuitAiger },
  "binary-aiger": { ending: "aig", write: circuitBinaryAiger },
  dot: { ending: "dot", write: circuitDot },
  svg: { ending: "svg", write: circuitSvg },
};

/** The format that is asked for: by name, by the ending of `--out`, or the runtime's. */
export function circuitFormat(format: string | undefined, out: string | undefined): CircuitFormat {
  const names = Object.keys(circuitFormats);
  const ending = /\.([^./]+)$/.exec(out ?? "")?.[1]?.toLowerCase();
  const byEnding = names.find((name) => circuitFormats[name]!.ending === ending);
  if (format !== undefined && !names.includes(format)) throw unknownName("format", format, names);
  if (format !== undefined && byEnding !== undefined && byEnding !== format)
    throw new UsageError(`--out ${out} ends in .${ending} and --format is ${format}; change one of them.`);
  return circuitFormats[format ?? byEnding ?? "runtime"]!;
}

/** Whether a path names a file of some format, and not a folder. */
export const namesCircuit = (out: string, { ending }: CircuitFormat): boolean =>
  out.toLowerCase().endsWith(`.${ending}`);
