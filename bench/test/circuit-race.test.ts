import { type Circuit, evaluateCircuit, writeCircuitFile } from "@hardgrad/runtime/circuit";
import { describe, expect, test } from "vitest";
import { circuitReader, classesOf, race, runtimeReader } from "../src/circuit/race.ts";

const images = Uint8Array.from({ length: 4096 * 4 }, (_, i) => (i * 37) % 256);
const circuit: Circuit = {
  inputs: 4,
  thresholds: [0, 1, 2, 3].map((pixel) => [pixel, 127] as const),
  gates: [
    [6, 0, 1],
    [1, 2, 3],
  ],
  classes: [{ wires: [4] }, { wires: [5] }],
};

describe("the race of a circuit with networks", () => {
  test("classes are those of the largest values, the first of equals", () => {
    expect([...classesOf([1, 2, 3, 3, 0, 0], 2)]).toEqual([1, 0, 0]);
    const scores = evaluateCircuit(circuit, images.subarray(0, 40));
    expect([...classesOf(scores, 2)]).toEqual(
      Array.from({ length: 10 }, (_, i) => (scores[2 * i + 1]! > scores[2 * i]! ? 1 : 0)),
    );
  });

  test("each takes its best batch, in turn, and every rate is a number", async () => {
    const turns: string[] = [];
    const slow = {
      title: "slow",
      // An image takes longer in large batches.
      prepare: async (examples: number) => async (calls: number) => {
        turns.push(`slow ${examples}`);
        const each = examples === 64 ? 640 : 100 * examples;
        return calls > 0 ? { wall: 2 * each, cpu: each } : { wall: 0, cpu: 0 };
      },
    };
    const network = {
      inputs: 4,
      layers: [
        { kind: "linear" as const, outputs: 2, weight: Float32Array.from({ length: 8 }, (_, i) => i) },
      ],
    };
    const readers = [
      await circuitReader(writeCircuitFile(circuit), images),
      await runtimeReader("float", network, images),
      slow,
    ];
    const results = await race(readers, { rounds: 2, stretch: 0.5 });
    expect(results.map(({ title }) => title)).toEqual(["circuit (WebAssembly)", "float", "slow"]);
    for (const { batch, imagesPerSecond } of results) {
      expect([64, 256, 1024, 4096]).toContain(batch);
      expect(imagesPerSecond.wall).toBeGreaterThan(0);
      expect(imagesPerSecond.cpu).toBeGreaterThan(0);
    }
    expect(results[2]).toEqual({ title: "slow", batch: 64, imagesPerSecond: { wall: 5e4, cpu: 1e5 } });
    // Two rounds, each warmed and timed with the best batch, after all batches were tried.
    expect(turns.slice(-4)).toEqual(["slow 64", "slow 64", "slow 64", "slow 64"]);
  });
});
