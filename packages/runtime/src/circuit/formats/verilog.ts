import { checkedCircuit } from "../check.ts";
import type { Circuit } from "../circuit.ts";
import { bitsFor, expression, wrapped } from "./expression.ts";

/**
 * The circuit as a combinational Verilog module `circuit`: input `x`, one bit a threshold; outputs the score of each class
 * (`score_0`, ...) and `best`, the class with the highest, the first of equals.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.v", circuitVerilog(circuit));
 */
export function circuitVerilog(given: Circuit): string {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const first = thresholds.length;
  const name = (wire: number): string => (wire < first ? `x[${wire}]` : `w${wire}`);
  const notation = { zero: "1'b0", one: "1'b1" };
  const most = classes.reduce((m, { wires, plus = 0 }) => Math.max(m, wires.length + plus), 0);
  const width = bitsFor(most);
  const index = bitsFor(classes.length - 1);
  const scores = classes.map((_, i) => `  output [${width - 1}:0] score_${i},`);
  const sums = classes.map(({ wires, plus = 0 }, i) => {
    const terms = [`${width}'d${plus}`, ...wires.map(name)];
    return `  assign score_${i} = ${wrapped(terms, " + ", "\n    ")};`;
  });
  const choice = classes.flatMap((_, i) =>
    i === 0
      ? [`  wire [${width - 1}:0] top_0 = score_0;`, `  wire [${index - 1}:0] best_0 = ${index}'d0;`]
      : [
          `  wire more_${i} = score_${i} > top_${i - 1};`,
          `  wire [${width - 1}:0] top_${i} = more_${i} ? score_${i} : top_${i - 1};`,
          `  wire [${index - 1}:0] best_${i} = more_${i} ? ${index}'d${i} : best_${i - 1};`,
        ],
  );
  return [
    `// ${gates.length} logic gates. x[i] is 1 where a pixel is above a value:`,
    ...thresholds.map(([pixel, above], i) => `// x[${i}] pixel ${pixel} > ${above}`),
    "module circuit(",
    `  input [${Math.max(1, first) - 1}:0] x,`,
    ...scores,
    `  output [${index - 1}:0] best`,
    ");",
    ...gates.map(
      ([operation, a, b], i) =>
        `  wire w${first + i} = ${expression(operation, name(a), name(b), notation)};`,
    ),
    ...sums,
    ...choice,
    `  assign best = best_${classes.length - 1};`,
    "endmodule",
    "",
  ].join("\n");
}
