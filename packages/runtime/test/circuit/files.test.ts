import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Circuit,
  CircuitError,
  circuitPart,
  circuitSvg,
  evaluateCircuit,
  readCircuitFile,
  readCircuitJson,
  writeCircuitFile,
  writeCircuitJson,
} from "../../src/circuit/index.ts";
import { RuntimeFileError, readRuntimeFile, writeRuntimeFile } from "../../src/index.ts";
import { smallNetwork } from "../networks.ts";
import { randomCircuit, randomImages } from "./random-circuit.ts";

const circuit = randomCircuit({ inputs: 20, thresholds: 30, gates: 200, classes: 4, counted: 90 }, 1);
const base: Circuit = {
  inputs: 2,
  thresholds: [
    [0, 127],
    [1, 127],
  ],
  gates: [
    [6, 0, 1],
    [1, 2, 0],
  ],
  classes: [{ wires: [2] }, { wires: [3] }],
};

/** Wires that are counted stand in ascending order in a file. */
const sorted = (c: Circuit): Circuit => ({
  ...c,
  classes: c.classes.map((entry) => ({ ...entry, wires: entry.wires.toSorted((a, b) => a - b) })),
});

test("both files give the circuit back", () => {
  const meta = { accuracy: 0.98, seed: 3 };
  expect(readCircuitJson(writeCircuitJson({ ...circuit, meta }))).toEqual({ ...circuit, meta });
  expect(readCircuitFile(writeCircuitFile({ ...circuit, meta }))).toEqual(sorted({ ...circuit, meta }));
  const empty: Circuit = { inputs: 1, thresholds: [], gates: [], classes: [{ wires: [], plus: 3 }] };
  expect(readCircuitJson(writeCircuitJson(empty))).toEqual(empty);
  expect(readCircuitFile(writeCircuitFile(empty))).toMatchObject(empty);
});

test("8,000 logic gates on three thresholds a pixel take at most 60 KB", () => {
  const thresholds = Array.from(
    { length: 3 * 784 },
    (_, i) => [Math.floor(i / 3), 31 + 96 * (i % 3)] as const,
  );
  const shape = { inputs: 784, thresholds: thresholds.length, gates: 8000, classes: 10, counted: 0 };
  const large = {
    ...randomCircuit(shape, 2),
    thresholds,
    classes: Array.from({ length: 10 }, (_, c) => ({
      wires: Array.from({ length: 800 }, (__, i) => thresholds.length + 800 * c + i),
    })),
  };
  expect(writeCircuitFile(large).length).toBeLessThanOrEqual(60_000);
});

test("logic gates in any order are read, and computed in the right one", () => {
  const [first, second] = base.gates as [[number, number, number], [number, number, number]];
  const turned = { ...base, gates: [[second[0], 3, 0], first], classes: [{ wires: [3] }, { wires: [2] }] };
  const read = readCircuitJson(writeCircuitJson(turned as unknown as Circuit));
  expect(read).toEqual(base);
  // A long chain, listed backwards: no recursion that could run out of stack.
  const length = 30000;
  const chain: Circuit = {
    inputs: 1,
    thresholds: [[0, 0]],
    gates: Array.from({ length }, (_, i) => [12, i + 1 < length ? i + 2 : 0, 0] as const),
    classes: [{ wires: [1] }],
  };
  expect([...evaluateCircuit(chain, [0, 1])]).toEqual([0, 1]);
});

describe("refused in one sentence", () => {
  const refusal = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      expect(error instanceof CircuitError || error instanceof RuntimeFileError).toBe(true);
      const { message } = error as Error;
      expect(message).toMatch(/^This (circuit|runtime file) can't be used: .*\.$/);
      expect(message).not.toContain("\n");
      return message;
    }
    throw new Error("the circuit was not refused");
  };
  const wrong = (change: object): string =>
    refusal(() =>
      readCircuitJson(JSON.stringify({ format: "hardgrad circuit", version: 1, ...base, ...change })),
    );

  test.each<[string, object, string]>([
    [
      "a cycle",
      {
        gates: [
          [6, 3, 1],
          [1, 2, 0],
        ],
      },
      "it has a cycle: gate 0 reads its own output through gate 1",
    ],
    [
      "a gate that reads itself",
      {
        gates: [
          [6, 2, 1],
          [1, 2, 0],
        ],
      },
      "gate 0 reads itself (wire 2)",
    ],
    [
      "a wire that is not there",
      {
        gates: [
          [6, 0, 1],
          [1, 9, 0],
        ],
      },
      "gate 1 reads wire 9, which is not there",
    ],
    [
      "a negative wire",
      {
        gates: [
          [6, 0, -1],
          [1, 2, 0],
        ],
      },
      "gate 0 reads wire -1",
    ],
    ["a counted wire that is not there", { classes: [{ wires: [4] }] }, "class 0 counts wire 4"],
    [
      "an operation that is not there",
      { gates: [[16, 0, 1]], classes: [{ wires: [2] }] },
      "has operation 16",
    ],
    [
      "a pixel that is not there",
      {
        thresholds: [
          [0, 1],
          [2, 1],
        ],
      },
      "threshold 1 reads pixel 2",
    ],
    [
      "a threshold that is no number",
      {
        thresholds: [
          [0, null],
          [1, 1],
        ],
      },
      "threshold 0 is at null",
    ],
    [
      "more classes than gates",
      { classes: [{ wires: [2] }, { wires: [3] }, { wires: [] }] },
      "3 classes, more than its 2 gates",
    ],
    ["no classes", { classes: [] }, "it has 0 classes"],
    ["no inputs", { inputs: 0 }, "inputs is 0"],
    ["a gate that is no list", { gates: [7] }, "gate 0 is 7"],
    ["gates that are no list", { gates: 7 }, "gates is 7"],
    ["a class that is no object", { classes: [[2]] }, "class 0 is [2]"],
    ["another format", { format: "verilog" }, 'its format is "verilog"'],
    ["a later version", { version: 2 }, "its version is 2"],
  ])("%s", (_, change, sentence) => expect(wrong(change)).toContain(sentence));

  test("a truncated file", () => {
    const text = writeCircuitJson(base);
    for (let length = 0; length < text.length - 2; length++)
      expect(refusal(() => readCircuitJson(text.slice(0, length)))).toContain("truncated");
    const bytes = writeCircuitFile(base);
    for (let length = 0; length < bytes.length; length++)
      expect(refusal(() => readCircuitFile(bytes.subarray(0, length)))).toContain("truncated");
  });

  test("a damaged file", () => {
    const bytes = writeCircuitFile(base);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = bytes.slice();
        damaged[at]! ^= flip;
        refusal(() => readCircuitFile(damaged));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("a network of layers where a circuit is read, and the reverse", () => {
    expect(refusal(() => readCircuitFile(writeRuntimeFile(smallNetwork())))).toContain("loadRuntime");
    expect(refusal(() => readRuntimeFile(writeCircuitFile(base)))).toContain("loadCircuit");
  });

  test("a drawing that is too large, a part that is not there", () => {
    const large = randomCircuit({ inputs: 9, thresholds: 9, gates: 2000, classes: 2, counted: 20 }, 3);
    expect(refusal(() => circuitSvg(large))).toContain("at most 2000");
    expect(refusal(() => circuitPart(base, [4]))).toContain("wire 4 is not there");
  });
});

test("a part computes what its wires do in the whole", () => {
  const images = randomImages(20, 40, 5);
  const wires = [230 - 1, 120, 3];
  const whole = evaluateCircuit({ ...circuit, classes: wires.map((wire) => ({ wires: [wire] })) }, images);
  const part = circuitPart(circuit, wires);
  expect(part.gates.length).toBeLessThan(circuit.gates.length);
  const sums = evaluateCircuit(part, images);
  for (const [image, sum] of sums.entries())
    expect(sum).toBe(whole.subarray(3 * image, 3 * image + 3).reduce((a, b) => a + b, 0));
});
