import { checkedCircuit } from "../check.ts";
import type { Circuit } from "../circuit.ts";

/**
 * The circuit in the ASCII form of AIGER (and-inverter graph, `.aag`): inputs are the thresholds, outputs the wires that
 * each class counts, named `class0_0`, ... Counting is not part of it.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @see Biere, Heljanko & Wieringa 2011
 * @example
 * writeFileSync("circuit.aag", circuitAiger(circuit));
 */
export function circuitAiger(given: Circuit): string {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const ands: string[] = [];
  // A literal is twice a variable, plus 1 for its inverse; 0 is false.
  const literals = thresholds.map((_, i) => 2 * (i + 1));
  const and = (a: number, b: number): number => {
    const literal = 2 * (thresholds.length + ands.length + 1);
    ands.push(`${literal} ${Math.max(a, b)} ${Math.min(a, b)}`);
    return literal;
  };
  for (const [operation, a, b] of gates) literals.push(literalOf(operation, literals[a]!, literals[b]!, and));
  const outputs = classes.flatMap(({ wires }, i) =>
    wires.map((wire, j) => ({ literal: literals[wire]!, name: `class${i}_${j}` })),
  );
  return [
    `aag ${thresholds.length + ands.length} ${thresholds.length} 0 ${outputs.length} ${ands.length}`,
    ...thresholds.map((_, i) => `${2 * (i + 1)}`),
    ...outputs.map(({ literal }) => `${literal}`),
    ...ands,
    ...thresholds.map(([pixel, above], i) => `i${i} pixel${pixel}>${above}`),
    ...outputs.map(({ name }, i) => `o${i} ${name}`),
    "",
  ].join("\n");
}

function literalOf(operation: number, a: number, b: number, and: (a: number, b: number) => number): number {
  const inverse = (literal: number): number => literal ^ 1;
  if (operation >= 8) return inverse(literalOf(15 - operation, a, b, and));
  switch (operation) {
    case 0:
      return 0;
    case 1:
      return and(a, b);
    case 2:
      return and(a, inverse(b));
    case 3:
      return a;
    case 4:
      return and(inverse(a), b);
    case 5:
      return b;
    case 6:
      return and(inverse(and(a, b)), inverse(and(inverse(a), inverse(b))));
    default:
      return inverse(and(inverse(a), inverse(b)));
  }
}
