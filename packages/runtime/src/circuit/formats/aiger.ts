import { checkedCircuit } from "../check.ts";
import type { Circuit } from "../circuit.ts";

/** An and-inverter graph: a literal is twice a variable, plus 1 for its inverse; 0 is false. Inputs come first. */
interface Graph {
  readonly inputs: number;
  /** Of variable `inputs + 1` and so on: two literals, the larger one first. */
  readonly ands: readonly (readonly [number, number])[];
  readonly outputs: readonly number[];
  /** The lines that name inputs and outputs, and comments that say which pixel each input is. */
  readonly symbols: readonly string[];
}

function graphOf(given: Circuit): Graph {
  const { thresholds, gates, classes } = checkedCircuit(given);
  const ands: [number, number][] = [];
  const literals = thresholds.map((_, i) => 2 * (i + 1));
  const and = (a: number, b: number): number => {
    ands.push([Math.max(a, b), Math.min(a, b)]);
    return 2 * (thresholds.length + ands.length);
  };
  for (const [operation, a, b] of gates) literals.push(literalOf(operation, literals[a]!, literals[b]!, and));
  const outputs = classes.flatMap(({ wires }, i) =>
    wires.map((wire, j) => ({ literal: literals[wire]!, name: `class${i}_${j}` })),
  );
  return {
    inputs: thresholds.length,
    ands,
    outputs: outputs.map(({ literal }) => literal),
    symbols: [
      ...thresholds.map((_, i) => `i${i} x[${i}]`),
      ...outputs.map(({ name }, i) => `o${i} ${name}`),
      "c",
      "x[i] is 1 where a pixel is above a value:",
      ...thresholds.map(([pixel, above], i) => `x[${i}] pixel ${pixel} > ${above}`),
    ],
  };
}

const header = (kind: string, { inputs, ands, outputs }: Graph): string =>
  `${kind} ${inputs + ands.length} ${inputs} 0 ${outputs.length} ${ands.length}`;

/**
 * The circuit in the ASCII form of AIGER (and-inverter graph, `.aag`): inputs `x[0]`, ... are the thresholds, outputs the wires that
 * each class counts, named `class0_0`, ... Counting is not part of it.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @see Biere, Heljanko & Wieringa 2011
 * @example
 * writeFileSync("circuit.aag", circuitAiger(circuit));
 */
export function circuitAiger(circuit: Circuit): string {
  const graph = graphOf(circuit);
  const { inputs, ands, outputs, symbols } = graph;
  return [
    header("aag", graph),
    ...Array.from({ length: inputs }, (_, i) => `${2 * (i + 1)}`),
    ...outputs.map((literal) => `${literal}`),
    ...ands.map(([a, b], i) => `${2 * (inputs + i + 1)} ${a} ${b}`),
    ...symbols,
    "",
  ].join("\n");
}

/**
 * The circuit in the binary form of AIGER (`.aig`), the one that ABC reads; otherwise as circuitAiger.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @see Biere, Heljanko & Wieringa 2011
 * @example
 * writeFileSync("circuit.aig", circuitBinaryAiger(circuit));
 */
export function circuitBinaryAiger(circuit: Circuit): Uint8Array<ArrayBuffer> {
  const graph = graphOf(circuit);
  const { inputs, ands, outputs, symbols } = graph;
  const encoder = new TextEncoder();
  const deltas: number[] = [];
  for (const [i, [a, b]] of ands.entries())
    for (let delta of [2 * (inputs + i + 1) - a, a - b]) {
      for (; delta > 127; delta >>>= 7) deltas.push((delta & 127) | 128);
      deltas.push(delta);
    }
  return Uint8Array.from([
    ...encoder.encode([header("aig", graph), ...outputs, ""].join("\n")),
    ...deltas,
    ...encoder.encode([...symbols, ""].join("\n")),
  ]);
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
