import { type Circuit, inputsRead, type LogicGate } from "./circuit.ts";
import * as L from "./layout.ts";
import { levelsOf } from "./statistics.ts";

/** Logic gates of one operation, as pairs of places of wires in the scratch memory. */
export interface LogicRun {
  readonly operation: number;
  readonly inverted: boolean;
  readonly pairs: (readonly [number, number])[];
}

/** A class: the runs whose outputs it counts, in blocks of eight. */
export interface ClassRuns {
  readonly runs: readonly LogicRun[];
  readonly plus: number;
}

/** A circuit in the order in which it is computed. */
export interface CircuitRuns {
  /** Runs whose outputs are stored, one after the other from `first` on. */
  readonly stored: readonly LogicRun[];
  readonly classes: readonly ClassRuns[];
  /** Bytes of all wires. */
  readonly bytes: number;
}

/** @param places where each threshold lies; `first`: where the first logic gate will. */
export function runsOf(circuit: Circuit, places: readonly number[], first: number): CircuitRuns {
  const { thresholds, gates, classes } = circuit;
  const begin = thresholds.length;
  const where = [...places];
  // What one class counts once and nothing else reads need not be stored.
  const uses = new Uint32Array(begin + gates.length);
  for (const [operation, a, b] of gates) {
    const [readsA, readsB] = inputsRead(operation);
    if (readsA) uses[a]! += 2;
    if (readsB) uses[b]! += 2;
  }
  for (const { wires } of classes) for (const wire of wires) uses[wire]!++;
  const levels = levelsOf(circuit);
  const stored = gates
    .map((_, i) => begin + i)
    .filter((wire) => uses[wire]! > 1)
    .sort(
      (a, b) => levels[a]! - levels[b]! || codeOf(gates[a - begin]!) - codeOf(gates[b - begin]!) || a - b,
    );
  for (const [i, wire] of stored.entries()) where[wire] = first + i * L.WIRE;
  const pairOf = ([operation, a, b]: LogicGate): readonly [number, number] =>
    formOf(operation).swapped ? [where[b]!, where[a]!] : [where[a]!, where[b]!];
  const runs: LogicRun[] = [];
  let last = -1;
  for (const wire of stored) {
    const gate = gates[wire - begin]!;
    const key = levels[wire]! * 16 + codeOf(gate);
    if (key !== last) runs.push({ ...formOf(gate[0]), pairs: [] });
    last = key;
    runs.at(-1)!.pairs.push(pairOf(gate));
  }
  return {
    stored: runs,
    classes: classes.map(({ wires, plus = 0 }) => {
      const byCode = new Map<number, LogicRun>();
      for (const wire of wires) {
        const gate: LogicGate = wire >= begin && uses[wire] === 1 ? gates[wire - begin]! : [3, wire, wire];
        const code = codeOf(gate);
        if (!byCode.has(code)) byCode.set(code, { ...formOf(gate[0]), pairs: [] });
        byCode.get(code)!.pairs.push(pairOf(gate));
      }
      return { runs: [...byCode.values()].map(inBlocks), plus };
    }),
    bytes: first + stored.length * L.WIRE,
  };
}

/** Fills a run with gates that count nothing, to blocks of eight. */
function inBlocks(run: LogicRun): LogicRun {
  const second = run.operation === L.OPERATION_AND ? L.PLACE_ONE : L.PLACE_ZERO;
  const idle: readonly [number, number] = run.inverted ? [L.PLACE_ONE, second] : [L.PLACE_ZERO, L.PLACE_ZERO];
  const missing = -run.pairs.length & 7;
  return { ...run, pairs: [...run.pairs, ...Array.from({ length: missing }, () => idle)] };
}

/** A logic operation as one of the five that are left. */
function formOf(operation: number): {
  readonly operation: number;
  readonly inverted: boolean;
  readonly swapped: boolean;
} {
  const inverted = operation >= 8;
  const upright = inverted ? 15 - operation : operation;
  const left = [
    L.OPERATION_WIRE, // a constant, which a simplified circuit has not
    L.OPERATION_AND,
    L.OPERATION_AND_NOT,
    L.OPERATION_WIRE,
    L.OPERATION_AND_NOT,
    L.OPERATION_WIRE,
    L.OPERATION_XOR,
    L.OPERATION_OR,
  ][upright]!;
  return { operation: left, inverted, swapped: upright === 4 || upright === 5 };
}

const codeOf = ([operation]: LogicGate): number => {
  const form = formOf(operation);
  return form.operation * 2 + (form.inverted ? 1 : 0);
};
