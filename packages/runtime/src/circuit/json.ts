import { checkedCircuit, refuse } from "./check.ts";
import type { Circuit } from "./circuit.ts";

const format = "hardgrad circuit";
const version = 1;

/**
 * A circuit as a JSON netlist, a gate a line.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.json", writeCircuitJson(circuit));
 */
export function writeCircuitJson(given: Circuit): string {
  const { inputs, thresholds, gates, classes, meta } = checkedCircuit(given);
  const list = (items: readonly unknown[]): string =>
    items.length === 0 ? "[]" : `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  const fields = {
    format: JSON.stringify(format),
    version: `${version}`,
    ...(meta && { meta: JSON.stringify(meta) }),
    inputs: `${inputs}`,
    thresholds: list(thresholds),
    gates: list(gates),
    classes: list(classes),
  };
  return `{\n${Object.entries(fields)
    .map(([name, text]) => `"${name}": ${text}`)
    .join(",\n")}\n}\n`;
}

/**
 * Reads a JSON netlist. Logic gates may stand in any order; those of the result read earlier ones only.
 *
 * @throws CircuitError, in one sentence, for a text that is no circuit, has a cycle or reads a wire that isn't there.
 * @example
 * const circuit = readCircuitJson(writeCircuitJson({
 *   inputs: 2,
 *   thresholds: [[0, 127], [1, 127]],
 *   gates: [[6, 0, 1]], // XOR
 *   classes: [{ wires: [2] }],
 * }));
 */
export function readCircuitJson(text: string): Circuit {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse("it is not JSON; was the file truncated?");
  }
  const { format: kind, version: given, ...circuit } = (value ?? {}) as { readonly [key: string]: unknown };
  if (kind !== format)
    refuse(`its format is ${JSON.stringify(kind) ?? "not given"}, but must be "${format}"`);
  if (given !== version) refuse(`its version is ${JSON.stringify(given)}, but this program reads version 1`);
  return checkedCircuit(circuit as unknown as Circuit);
}
