import { checkedCircuit } from "../check.ts";
import { type Circuit, inputsRead } from "../circuit.ts";
import { operationLabel } from "./label.ts";

/**
 * The circuit in the language of Graphviz (`dot -Tsvg circuit.dot`). A part of a large one: circuitPart.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.dot", circuitDot(circuit));
 */
export function circuitDot(given: Circuit): string {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const first = thresholds.length;
  return [
    "digraph circuit {",
    "  rankdir=LR;",
    ...thresholds.map(([pixel, above], i) => `  w${i} [label="pixel ${pixel} > ${above}", shape=box];`),
    ...gates.map(([operation], i) => `  w${first + i} [label="${operationLabel(operation)}"];`),
    ...classes.map(
      ({ plus = 0 }, i) => `  class${i} [label="class ${i}${plus ? ` + ${plus}` : ""}", shape=box];`,
    ),
    ...gates.flatMap(([operation, a, b], i) => {
      const [readsA, readsB] = inputsRead(operation);
      return [
        ...(readsA ? [`  w${a} -> w${first + i};`] : []),
        ...(readsB ? [`  w${b} -> w${first + i};`] : []),
      ];
    }),
    ...classes.flatMap(({ wires }, i) => wires.map((wire) => `  w${wire} -> class${i};`)),
    "}",
    "",
  ].join("\n");
}
