import { checkedCircuit } from "./check.ts";
import type { Circuit, CircuitClass, LogicGate, Threshold } from "./circuit.ts";
import { FALSE, invertInput, type Literal, reduceGate, signOf, TRUE, wireOf } from "./reduce.ts";

/**
 * An equal circuit with fewer logic gates: constants, gates that pass on one input and inverters are folded into what reads
 * them, of gates that compute the same (or its inverse) one is kept, and gates and thresholds that no class depends on go.
 * Scores stay the same for every input.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * const smaller = simplifyCircuit(circuit);
 */
export function simplifyCircuit(given: Circuit): Circuit {
  const circuit = checkedCircuit(given);
  const { gates, literals } = hashed(circuit);
  const counted = circuit.classes.map((entry) => countLiterals(entry, literals));
  return rebuilt(circuit, gates, counted);
}

/** What a class counts: literals, and a constant. */
interface Counted {
  readonly plus: number;
  readonly literals: readonly Literal[];
}

/** Logic gates that are all needed in their place, on wires of the old thresholds and of one another. */
function hashed({ thresholds, gates }: Circuit): { gates: LogicGate[]; literals: Literal[] } {
  const kept: LogicGate[] = [];
  const known = new Map<string, number>();
  // Thresholds that are equal are one.
  const bits = new Map<string, number>();
  const literals: Literal[] = thresholds.map(([pixel, above], i) => {
    const key = `${pixel},${above}`;
    if (!bits.has(key)) bits.set(key, i);
    return 2 * bits.get(key)!;
  });
  for (const [operation, a, b] of gates) {
    const reduced = reduceGate(operation, literals[a]!, literals[b]!);
    if (typeof reduced === "number") {
      literals.push(reduced);
      continue;
    }
    const { gate, inverted } = reduced;
    const key = gate.join();
    if (!known.has(key)) known.set(key, thresholds.length + kept.push(gate) - 1);
    literals.push(2 * known.get(key)! + (inverted ? 1 : 0));
  }
  return { gates: kept, literals };
}

/** A wire and its inverse in one class are together always 1. */
function countLiterals({ wires, plus = 0 }: CircuitClass, literals: readonly Literal[]): Counted {
  const balance = new Map<number, number>();
  let constant = plus;
  const add = (wire: number, by: number): void => {
    const before = balance.get(wire) ?? 0;
    if (before * by < 0) constant++;
    balance.set(wire, before + by);
  };
  for (const literal of wires.map((wire) => literals[wire]!)) {
    if (literal === TRUE) constant++;
    else if (literal !== FALSE) add(wireOf(literal), signOf(literal) ? -1 : 1);
  }
  return {
    plus: constant,
    literals: [...balance].flatMap(([wire, count]) =>
      Array<Literal>(Math.abs(count)).fill(2 * wire + (count < 0 ? 1 : 0)),
    ),
  };
}

/**
 * What the classes depend on, numbered anew. A gate that is counted as its inverse only computes that instead; where both
 * are counted, and for thresholds, there is an inverter.
 */
function rebuilt(circuit: Circuit, gates: readonly LogicGate[], counted: readonly Counted[]): Circuit {
  const first = circuit.thresholds.length;
  const counts = counted.flatMap(({ literals }) => literals);
  const plain = new Set(counts.filter((literal) => !signOf(literal)).map(wireOf));
  const inverted = new Set(counts.filter((literal) => signOf(literal)).map(wireOf));
  const turned = new Set<number>();
  const needed = new Uint8Array(first + gates.length);
  for (const literal of counts) needed[wireOf(literal)] = 1;
  for (let wire = needed.length - 1; wire >= first; wire--)
    if (needed[wire]) for (const read of gates[wire - first]!.slice(1)) needed[read] = 1;
  const places = new Map<number, number>();
  const thresholds: Threshold[] = [];
  for (const [wire, threshold] of circuit.thresholds.entries())
    if (needed[wire]) places.set(wire, thresholds.push(threshold) - 1);
  const result: LogicGate[] = [];
  for (const [i, [operation, a, b]] of gates.entries()) {
    if (!needed[first + i]) continue;
    let table = operation;
    if (turned.has(a)) table = invertInput(table, "a");
    if (turned.has(b)) table = invertInput(table, "b");
    const [asIs, inverse] = [plain.has(first + i), inverted.has(first + i)];
    // What no class counts may be either: 0 for 00 leaves five operations.
    if (asIs || inverse ? !asIs : table >= 8) {
      turned.add(first + i);
      table = 15 - table;
    }
    places.set(first + i, thresholds.length + result.push([table, places.get(a)!, places.get(b)!]) - 1);
  }
  const inverters = new Map<number, number>();
  for (const wire of inverted) {
    if (turned.has(wire)) continue;
    const place = places.get(wire)!;
    inverters.set(wire, thresholds.length + result.push([12, place, place]) - 1);
  }
  const wireFor = (literal: Literal): number =>
    (signOf(literal) ? inverters.get(wireOf(literal)) : undefined) ?? places.get(wireOf(literal))!;
  const classes = counted.map(({ plus, literals }) => ({
    wires: literals.map(wireFor).sort((a, b) => a - b),
    plus,
  }));
  return { ...circuit, thresholds, gates: result, classes };
}
