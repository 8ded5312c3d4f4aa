import { describe, expect, test } from "vitest";
import {
  type Circuit,
  evaluateCircuit,
  loadCircuit,
  loadThreadedCircuit,
  type Threshold,
  writeCircuitFile,
} from "../../src/circuit/index.ts";
import { bestOf, randomCircuit, randomImages, type Shape } from "./random-circuit.ts";

/** Sizes at the edges: one pixel, no logic gates, one class, sixteen pixels and one more, deep, many classes. */
const shapes: readonly (Shape & { readonly images: readonly number[] })[] = [
  { inputs: 1, thresholds: 1, gates: 0, classes: 1, counted: 0, images: [1, 129] },
  {
    inputs: 16,
    thresholds: 40,
    gates: 60,
    classes: 3,
    counted: 30,
    images: [1, 7, 8, 9, 127, 128, 129, 300],
  },
  { inputs: 17, thresholds: 17, gates: 500, classes: 10, counted: 400, images: [1, 129, 256] },
  { inputs: 33, thresholds: 70, gates: 900, classes: 2, counted: 2000, reach: 3, images: [130] },
  { inputs: 784, thresholds: 1000, gates: 3000, classes: 300, counted: 2000, images: [20] },
];

describe.each(shapes)("$inputs pixels, $gates gates, $classes classes", ({ images, ...shape }) => {
  test("gives the scores and classes of the reference, for bytes and for floats", async () => {
    for (const seed of [1, 2, 3]) {
      const circuit = randomCircuit(shape, seed);
      const runtime = await loadCircuit(seed === 1 ? writeCircuitFile(circuit) : circuit);
      for (const count of images) {
        const pixels = randomImages(shape.inputs, count, seed + count);
        const scores = evaluateCircuit(circuit, pixels);
        expect(runtime.scores(pixels)).toEqual(scores);
        expect([...runtime.classify(pixels)]).toEqual(bestOf(scores, shape.classes));
        expect(runtime.scores(Float32Array.from(pixels))).toEqual(scores);
        expect([...runtime.classify(Float32Array.from(pixels))]).toEqual(bestOf(scores, shape.classes));
      }
    }
  });
});

test("a circuit larger than the cache", async () => {
  // Wires of 16 bytes, most of which others read: 5 MB.
  const shape = { inputs: 100, thresholds: 200, gates: 500_000, classes: 10, counted: 200_000 };
  const circuit = randomCircuit(shape, 5);
  const pixels = randomImages(100, 3, 6);
  expect((await loadCircuit(circuit)).scores(pixels)).toEqual(evaluateCircuit(circuit, pixels));
});

test("thresholds of floats decide at the last bit", async () => {
  const values = [0.1, 1 / 3, 1e-40, -0.5, 0, -1e-46, 16777217, 2.5];
  const circuit: Circuit = {
    inputs: 1,
    thresholds: values.map((value): Threshold => [0, value]),
    gates: [],
    classes: values.map((_, wire) => ({ wires: [wire] })),
  };
  const runtime = await loadCircuit(circuit);
  const near = values.flatMap((value) => {
    const bits = new Int32Array(Float32Array.of(value).buffer)[0]!;
    return [-1, 0, 1].map((step) => new Float32Array(Int32Array.of(bits + step).buffer)[0]!);
  });
  const pixels = Float32Array.from(near.filter((value) => Number.isFinite(value)));
  expect(pixels.length).toBeGreaterThan(20);
  expect(runtime.scores(pixels)).toEqual(evaluateCircuit(circuit, pixels));
});

test("no images, wrong lengths, wrong types, NaN", async () => {
  const circuit = randomCircuit({ inputs: 5, thresholds: 9, gates: 20, classes: 2, counted: 9 }, 1);
  const runtime = await loadCircuit(circuit);
  expect(runtime).toMatchObject({ inputs: 5, classes: 2, meta: {} });
  expect(runtime.classify(new Uint8Array(0))).toHaveLength(0);
  expect(() => runtime.classify(new Uint8Array(7))).toThrow("classify: 7 numbers given, but one image has 5");
  expect(() => runtime.scores(new Float64Array(5) as never)).toThrow(
    "must be a Uint8Array or a Float32Array",
  );
  for (const at of [0, 4, 640, 701]) {
    const pixels = new Float32Array(705);
    pixels[at] = Number.NaN;
    expect(() => runtime.scores(pixels)).toThrow(
      `image ${Math.floor(at / 5)} holds NaN at position ${at % 5}, but pixels must be finite.`,
    );
  }
  await expect(loadCircuit("circuit" as never)).rejects.toThrow("readCircuitJson");
});

test("any number of threads gives the same, for batches of every size", async () => {
  const circuit = randomCircuit({ inputs: 50, thresholds: 100, gates: 800, classes: 10, counted: 500 }, 9);
  const one = await loadCircuit(circuit);
  for (const threads of [1, 2, 3]) {
    const many = await loadThreadedCircuit(writeCircuitFile(circuit), { threads });
    for (const images of [1, 128, 129, 3000]) {
      const pixels = randomImages(50, images, images);
      expect(many.classify(pixels)).toEqual(one.classify(pixels));
      expect(many.scores(Float32Array.from(pixels))).toEqual(one.scores(pixels));
    }
    many.close();
    const pixels = randomImages(50, 700, 3);
    expect(many.classify(pixels)).toEqual(one.classify(pixels));
  }
  await expect(loadThreadedCircuit(circuit, { threads: 0 })).rejects.toThrow("threads is 0");
});
