import { checkedCircuit } from "../check.ts";
import { type Circuit, inputsRead, logicOutput } from "../circuit.ts";
import { wrapped } from "./expression.ts";

/**
 * The circuit in the Berkeley Logic Interchange Format, which ABC, Yosys and SIS read: inputs `x[0]`, ... are the thresholds,
 * outputs `class0_0`, ... the wires that each class counts. Comments say which pixel each input is. Counting is not part of it.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.blif", circuitBlif(circuit));
 */
export function circuitBlif(given: Circuit): string {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const first = thresholds.length;
  const name = (wire: number): string => (wire < first ? `x[${wire}]` : `w${wire}`);
  const outputs = classes.flatMap(({ wires }, i) => wires.map((wire, j) => ({ wire, to: `class${i}_${j}` })));
  const list = (names: readonly string[]): string => wrapped(names, " ", " \\\n");
  const covers = gates.flatMap(([operation, a, b], i) => {
    const to = name(first + i);
    // ABC refuses inputs that a constant does not read, and a cover may not name one input twice.
    const [readsA, readsB] = inputsRead(operation);
    if (a !== b && readsA && readsB) return [`.names ${name(a)} ${name(b)} ${to}`, ...coverOf(operation)];
    const ones = [0, 1].filter((bit) => logicOutput(operation, readsA ? bit : 0, readsB ? bit : 0) === 1);
    if (ones.length !== 1) return [`.names ${to}`, ...(ones.length > 0 ? ["1"] : [])];
    return [`.names ${name(readsA ? a : b)} ${to}`, `${ones[0]} 1`];
  });
  return [
    "# x[i] is 1 where a pixel is above a value:",
    ...thresholds.map(([pixel, above], i) => `# x[${i}] pixel ${pixel} > ${above}`),
    ".model circuit",
    `.inputs ${list(thresholds.map((_, i) => name(i)))}`,
    `.outputs ${list(outputs.map(({ to }) => to))}`,
    ...covers,
    ...outputs.flatMap(({ wire, to }) => [`.names ${name(wire)} ${to}`, "1 1"]),
    ".end",
    "",
  ].join("\n");
}

/** The fewest rows that are 1 where an operation of both inputs is: tools take each row for a product. */
function coverOf(operation: number): string[] {
  const covered = (pattern: string): number[] =>
    [0, 1, 2, 3].filter((row) =>
      [row >> 1, row & 1].every((bit, i) => pattern[i] === "-" || Number(pattern[i]) === bit),
    );
  const isOne = (row: number): boolean => logicOutput(operation, row >> 1, row & 1) === 1;
  const wide = ["1-", "0-", "-1", "-0"].filter((pattern) => covered(pattern).every(isOne));
  const left = ["11", "10", "01", "00"].filter((pattern) => {
    const [row] = covered(pattern) as [number];
    return isOne(row) && !wide.some((other) => covered(other).includes(row));
  });
  return [...wide, ...left].map((pattern) => `${pattern} 1`);
}
