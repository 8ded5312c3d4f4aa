import { checkedCircuit } from "./check.ts";
import { type Circuit, inputsRead, operationNames } from "./circuit.ts";

/** Sizes of a circuit. */
export interface CircuitStatistics {
  readonly gates: number;
  /** Most logic gates on a path from a pixel to a class. */
  readonly depth: number;
  readonly thresholds: number;
  /** Pixels that a threshold reads. */
  readonly pixels: number;
  /** Wires that classes count. */
  readonly counted: number;
  /** How many logic gates there are of each operation that occurs. */
  readonly operations: { readonly [name: string]: number };
}

/** The level of every wire: 0 for thresholds and constants, else one more than the highest that is read. */
export function levelsOf({ thresholds, gates }: Circuit): Uint32Array {
  const levels = new Uint32Array(thresholds.length + gates.length);
  for (const [i, [operation, a, b]] of gates.entries()) {
    const [readsA, readsB] = inputsRead(operation);
    levels[thresholds.length + i] =
      readsA || readsB ? 1 + Math.max(readsA ? levels[a]! : 0, readsB ? levels[b]! : 0) : 0;
  }
  return levels;
}

/**
 * Counts what is in a circuit.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * const { gates, depth } = circuitStatistics(circuit);
 */
export function circuitStatistics(given: Circuit): CircuitStatistics {
  const circuit = checkedCircuit(given);
  const { thresholds, gates, classes } = circuit;
  const levels = levelsOf(circuit);
  const operations: { [name: string]: number } = {};
  for (const [operation] of gates) {
    const name = operationNames[operation]!;
    operations[name] = (operations[name] ?? 0) + 1;
  }
  return {
    gates: gates.length,
    depth: classes.reduce((most, { wires }) => wires.reduce((m, w) => Math.max(m, levels[w]!), most), 0),
    thresholds: thresholds.length,
    pixels: new Set(thresholds.map(([pixel]) => pixel)).size,
    counted: classes.reduce((sum, { wires }) => sum + wires.length, 0),
    operations,
  };
}
