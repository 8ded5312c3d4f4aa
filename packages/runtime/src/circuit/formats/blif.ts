import { checkedCircuit } from "../check.ts";
import { type Circuit, logicOutput } from "../circuit.ts";
import { wrapped } from "./expression.ts";

/**
 * The circuit in the Berkeley Logic Interchange Format, which ABC, Yosys and SIS read: inputs `x0`, ... are the thresholds,
 * outputs `class0_0`, ... the wires that each class counts. Counting is not part of it.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.blif", circuitBlif(circuit));
 */
export function circuitBlif(given: Circuit): string {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const first = thresholds.length;
  const name = (wire: number): string => (wire < first ? `x${wire}` : `w${wire}`);
  const outputs = classes.flatMap(({ wires }, i) => wires.map((wire, j) => ({ wire, to: `class${i}_${j}` })));
  const list = (names: readonly string[]): string => wrapped(names, " ", " \\\n");
  const cover = (operation: number): string[] =>
    [0, 1, 2, 3]
      .map((row) => [row >> 1, row & 1] as const)
      .filter(([a, b]) => logicOutput(operation, a, b) === 1)
      .map(([a, b]) => `${a}${b} 1`);
  const covers = gates.flatMap(([operation, a, b], i) => {
    const to = name(first + i);
    // A cover may not name one input twice.
    if (a !== b) return [`.names ${name(a)} ${name(b)} ${to}`, ...cover(operation)];
    const rows = [0, 1].filter((bit) => logicOutput(operation, bit, bit) === 1).map((bit) => `${bit} 1`);
    return [`.names ${name(a)} ${to}`, ...rows];
  });
  return [
    ".model circuit",
    `.inputs ${list(thresholds.map((_, i) => name(i)))}`,
    `.outputs ${list(outputs.map(({ to }) => to))}`,
    ...covers,
    ...outputs.flatMap(({ wire, to }) => [`.names ${name(wire)} ${to}`, "1 1"]),
    ".end",
    "",
  ].join("\n");
}
