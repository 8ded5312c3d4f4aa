import { checkedCircuit, refuse } from "./check.ts";
import type { Circuit, LogicGate, Threshold } from "./circuit.ts";

/**
 * The part of a circuit that wires depend on, back to the pixels, as a circuit with one class that counts them: a logic
 * gate followed back.
 *
 * @throws CircuitError for a circuit that can't be used, or a wire that isn't there.
 * @example
 * const drawing = circuitSvg(circuitPart(circuit, [2]));
 */
export function circuitPart(given: Circuit, wires: readonly number[]): Circuit {
  const { inputs, thresholds, gates, meta } = checkedCircuit(given);
  const first = thresholds.length;
  const needed = new Uint8Array(first + gates.length);
  for (const wire of wires) {
    if (needed[wire] === undefined) refuse(`wire ${wire} is not there: it has ${needed.length} wires`);
    needed[wire] = 1;
  }
  for (let wire = needed.length - 1; wire >= first; wire--)
    if (needed[wire]) {
      const [, a, b] = gates[wire - first]!;
      needed[a] = 1;
      needed[b] = 1;
    }
  const places = new Map<number, number>();
  const bits: Threshold[] = [];
  for (const [i, threshold] of thresholds.entries()) if (needed[i]) places.set(i, bits.push(threshold) - 1);
  const kept: LogicGate[] = [];
  for (const [i, [operation, a, b]] of gates.entries())
    if (needed[first + i])
      places.set(first + i, bits.length + kept.push([operation, places.get(a)!, places.get(b)!]) - 1);
  const counted = wires.map((wire) => places.get(wire)!);
  return { inputs, thresholds: bits, gates: kept, classes: [{ wires: counted }], ...(meta && { meta }) };
}
