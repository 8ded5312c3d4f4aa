import fc from "fast-check";
import { expect, test } from "vitest";
import { inputsRead, logicOutput, operationNames } from "../../src/circuit/circuit.ts";
import {
  type Circuit,
  circuitStatistics,
  evaluateCircuit,
  simplifyCircuit,
} from "../../src/circuit/index.ts";
import {
  FALSE,
  fixInput,
  invertInput,
  type Literal,
  mergeInputs,
  reduceGate,
  signOf,
  swapInputs,
  TRUE,
  wireOf,
} from "../../src/circuit/reduce.ts";
import { randomCircuit, randomImages } from "./random-circuit.ts";

const operations = Array.from({ length: 16 }, (_, i) => i);
const rows = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

test("operations are numbered by their truth tables, and named for what they compute", () => {
  const names: { readonly [name: string]: (a: number, b: number) => number } = {
    "0": () => 0,
    "a and b": (a, b) => a & b,
    "a and not b": (a, b) => a & (1 - b),
    a: (a) => a,
    "not a and b": (a, b) => (1 - a) & b,
    b: (_, b) => b,
    "a xor b": (a, b) => a ^ b,
    "a or b": (a, b) => a | b,
    "a nor b": (a, b) => 1 - (a | b),
    "a xnor b": (a, b) => 1 - (a ^ b),
    "not b": (_, b) => 1 - b,
    "a or not b": (a, b) => a | (1 - b),
    "not a": (a) => 1 - a,
    "not a or b": (a, b) => (1 - a) | b,
    "a nand b": (a, b) => 1 - (a & b),
    "1": () => 1,
  };
  for (const operation of operations)
    for (const [a, b] of rows)
      expect(logicOutput(operation, a, b)).toBe(names[operationNames[operation]!]!(a, b));
});

test("rules on tables: a known input, an inverted one, one wire twice, exchanged inputs", () => {
  for (const operation of operations) {
    for (const [a, b] of rows) {
      const f = (x: number, y: number): number => logicOutput(operation, x, y);
      expect(logicOutput(fixInput(operation, "a", a === 1), 1 - a, b)).toBe(f(a, b));
      expect(logicOutput(fixInput(operation, "a", a === 1), a, b)).toBe(f(a, b));
      expect(logicOutput(fixInput(operation, "b", b === 1), a, 1 - b)).toBe(f(a, b));
      expect(logicOutput(fixInput(operation, "b", b === 1), a, b)).toBe(f(a, b));
      expect(logicOutput(invertInput(operation, "a"), 1 - a, b)).toBe(f(a, b));
      expect(logicOutput(invertInput(operation, "b"), a, 1 - b)).toBe(f(a, b));
      expect(logicOutput(mergeInputs(operation), a, b)).toBe(f(a, a));
      expect(logicOutput(swapInputs(operation), b, a)).toBe(f(a, b));
    }
    const [readsA, readsB] = inputsRead(operation);
    expect(readsA).toBe(
      rows.some(([a, b]) => logicOutput(operation, a, b) !== logicOutput(operation, 1 - a, b)),
    );
    expect(readsB).toBe(
      rows.some(([a, b]) => logicOutput(operation, a, b) !== logicOutput(operation, a, 1 - b)),
    );
  }
});

test("every operation on every pair of constants, wires and inverses becomes the same function in normal form", () => {
  const [x, y] = [2 * 7, 2 * 4];
  const literals: Literal[] = [FALSE, TRUE, x, x + 1, y, y + 1];
  const normal = new Set<string>();
  for (const operation of operations)
    for (const a of literals)
      for (const b of literals)
        for (const [valueX, valueY] of rows) {
          const value = (literal: Literal): number => {
            if (literal < 0) return literal === TRUE ? 1 : 0;
            const bit = wireOf(literal) === wireOf(x) ? valueX : valueY;
            return signOf(literal) ? 1 - bit : bit;
          };
          const reduced = reduceGate(operation, a, b);
          const wanted = logicOutput(operation, value(a), value(b));
          if (typeof reduced === "number") expect(value(reduced)).toBe(wanted);
          else {
            const [table, left, right] = reduced.gate;
            const output = logicOutput(table, value(2 * left), value(2 * right));
            expect(reduced.inverted ? 1 - output : output).toBe(wanted);
            normal.add(reduced.gate.join());
          }
        }
  // Five operations are left, on inputs in order.
  expect([...normal].sort()).toEqual(["1,4,7", "2,4,7", "4,4,7", "6,4,7", "7,4,7"]);
});

/** All inputs of a circuit whose pixels are bits. */
const allBits = (inputs: number): Uint8Array =>
  Uint8Array.from({ length: inputs << inputs }, (_, i) => (Math.floor(i / inputs) >> (i % inputs)) & 1);

test("small circuits: equal scores for every input, and nothing left to fold", () => {
  const shape = fc.record({
    gates: fc.integer({ min: 0, max: 24 }),
    reach: fc.integer({ min: 1, max: 12 }),
    classes: fc.integer({ min: 1, max: 4 }),
    counted: fc.integer({ min: 0, max: 12 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ seed, ...rest }) => {
      const random = randomCircuit({ inputs: 6, thresholds: 6, ...rest }, seed);
      const circuit: Circuit = { ...random, thresholds: random.thresholds.map((_, i) => [i, 0.5] as const) };
      const simple = simplifyCircuit(circuit);
      const images = allBits(6);
      expect(evaluateCircuit(simple, images)).toEqual(evaluateCircuit(circuit, images));
      expectSimple(simple);
      expect(simplifyCircuit(simple)).toEqual(simple);
    }),
    { numRuns: 400, seed: 1 },
  );
});

/** No constant, no pass-through, no inverter but of what is counted, no gate twice, nothing unread. */
function expectSimple({ thresholds, gates, classes }: Circuit): void {
  const counted = new Set(classes.flatMap(({ wires }) => wires));
  const used = new Set([...counted, ...gates.flatMap(([, a, b]) => [a, b])]);
  for (let wire = 0; wire < thresholds.length + gates.length; wire++) expect(used.has(wire)).toBe(true);
  for (const [i, [operation, a, b]] of gates.entries()) {
    if (operation === 12) {
      expect(a).toBe(b);
      expect(counted.has(thresholds.length + i)).toBe(true);
      continue;
    }
    expect(a).toBeLessThan(b);
    expect(inputsRead(operation)).toEqual([true, true]);
    if (operation >= 8) expect(counted.has(thresholds.length + i)).toBe(true);
  }
  expect(new Set(gates.map((gate) => gate.join())).size).toBe(gates.length);
}

test("large circuits: equal scores for random images", () => {
  for (const seed of [1, 2, 3]) {
    const circuit = randomCircuit(
      { inputs: 100, thresholds: 200, gates: 3000, classes: 10, counted: 1500 },
      seed,
    );
    const simple = simplifyCircuit(circuit);
    const images = randomImages(100, 60, seed);
    expect(evaluateCircuit(simple, images)).toEqual(evaluateCircuit(circuit, images));
    expectSimple(simple);
    expect(simple.gates.length).toBeLessThan(circuit.gates.length);
  }
});

test("a wire and its inverse in one class are a constant", () => {
  const simple = simplifyCircuit({
    inputs: 2,
    thresholds: [
      [0, 0.5],
      [1, 0.5],
    ],
    gates: [
      [1, 0, 1],
      [14, 1, 0],
    ],
    classes: [{ wires: [2, 3] }],
  });
  expect(simple).toMatchObject({ thresholds: [], gates: [], classes: [{ wires: [], plus: 1 }] });
});

test("statistics", () => {
  const circuit: Circuit = {
    inputs: 9,
    thresholds: [
      [0, 1],
      [0, 2],
      [5, 1],
    ],
    gates: [
      [6, 0, 1],
      [3, 2, 3],
      [1, 3, 4],
      [7, 0, 1],
    ],
    classes: [{ wires: [5, 5] }, { wires: [3] }],
  };
  expect(circuitStatistics(circuit)).toEqual({
    gates: 4,
    depth: 2,
    thresholds: 3,
    pixels: 2,
    counted: 3,
    operations: { "a xor b": 1, a: 1, "a and b": 1, "a or b": 1 },
  });
});
