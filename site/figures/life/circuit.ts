import type { Circuit, LogicGate } from "@hardgrad/runtime/circuit";
import { layers } from "./network.ts";
import { tablesOf } from "./prune.ts";
import { CELLS, CENTRE, rule } from "./rule.ts";

/** Plain logits by name, and the masks of the wires. */
interface Plain {
  readonly [name: string]: { readonly data: ArrayLike<number> };
}

/**
 * The network with every choice made, the most probable one: the circuit whose answer is the best of the last layer's
 * logic gates, and for how many neighbourhoods that is wrong.
 */
export function chosenCircuit(
  logits: Plain,
  masks: Plain,
): { readonly circuit: Circuit; readonly wrong: number } {
  const gates: LogicGate[] = [];
  let outputs: number[][] = Array.from({ length: CELLS }, (_, cell) => cell)
    .filter((cell) => cell !== CENTRE)
    .map((cell) => [cell]);
  let given: number[][] = [];
  for (const [i, layer] of layers.entries()) {
    const { copies, first } = layer;
    if (first)
      given = Array.from({ length: copies }, (_, copy) => [
        ...outputs[2 * copy]!,
        ...outputs[2 * copy + 1]!,
        ...(copies === 1 ? [CENTRE] : []),
      ]);
    const [wires, mask, own] = [
      logits[`wires${i}`]!.data,
      masks[`wires${i}`]!.data,
      logits[`gates${i}`]!.data,
    ];
    const wireOf = (input: number): number =>
      largest(layer.wires, (w) => wires[input * layer.wires + w]! + mask[input * layer.wires + w]!);
    const choices = Array.from({ length: layer.gates }, (_, gate) => [
      largest(16, (operation) => own[16 * gate + operation]!),
      wireOf(gate),
      wireOf(layer.gates + gate),
    ]) as LogicGate[];
    outputs = given.map((begin, copy) => {
      const all = first ? begin : [...begin, ...outputs[copy]!];
      return choices.map(([operation, a, b]) => CELLS + gates.push([operation, all[a]!, all[b]!]) - 1);
    });
  }
  const circuit: Circuit = {
    inputs: CELLS,
    thresholds: Array.from({ length: CELLS }, (_, cell) => [cell, 0] as const),
    gates,
    classes: [{ wires: [], plus: 0 }],
  };
  const tables = tablesOf(circuit);
  const answers = outputs[0]!.map((wire) => ({ wire, wrong: differing(tables[wire]!, rule) }));
  const best = answers.reduce((a, b) => (b.wrong < a.wrong ? b : a));
  return {
    circuit: { ...circuit, classes: [{ wires: [], plus: 0 }, { wires: [best.wire] }] },
    wrong: best.wrong,
  };
}

/** The argument below n of the largest value, the first of equals. */
function largest(n: number, value: (i: number) => number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if (value(i) > value(best)) best = i;
  return best;
}

/** In how many bits two tables differ. */
export function differing(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++)
    for (let x = (a[i]! ^ b[i]!) >>> 0; x !== 0; x = (x & (x - 1)) >>> 0) count++;
  return count;
}
