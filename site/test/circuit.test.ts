import { drawnDigits } from "@hardgrad/experiments";
import { evaluateCircuit, readCircuitJson } from "@hardgrad/runtime/circuit";
import { describe, expect, test } from "vitest";
import type { CircuitData, CircuitState } from "../figures/circuit/controls.ts";
import { start } from "../figures/circuit/course.ts";
import { figure } from "../figures/circuit/figure.ts";
import { followed, pixelsOfClass } from "../figures/circuit/follow.ts";
import { digits } from "../figures/circuit/settings.ts";
import { wireBits } from "../figures/logic/wires.ts";
import { pictureOf } from "../frame/state.ts";
import { BROKEN, drawn, look, played, printed, stateOf, tools } from "./played.ts";

const state = (changed: Partial<CircuitState> = {}): CircuitState =>
  stateOf(figure as never, { gates: 400, ...changed }) as CircuitState;

/** What is the same on every machine. */
const timeless = ({ speed: _, ...data }: CircuitData): unknown => data;

describe("a circuit that learns to read digits", () => {
  const running = (async () => {
    const course = await start(state(), tools);
    while (await course.tick());
    return course;
  })();

  test("is the one of the copied code, and the network that trains", async () => {
    const { points, circuit, of, functions } = await (await running).data();
    const last = points.at(-1)!;
    expect(last.step).toBe(of);
    for (const point of points) expect(point.network).toEqual(point.circuit);
    const [told] = printed(figure.code(state()));
    expect(told).toMatch(/ million a second$/);
    const [, gates, right, count] = /^(\d+) gates .*: (\d+) of (\d+) test/.exec(told!)!.map(Number);
    expect([gates, right, count]).toEqual([circuit!.gates.length, last.circuit.right, last.circuit.of]);
    // 400 gates: far better than guessing, 10 %.
    expect(right! / count!).toBeGreaterThan(0.7);
    expect(functions.reduce((a, b) => a + b, 0)).toBe(400);
    expect(last.functions.of).toBe(400);
    expect(last.wires.of).toBe(800);
    // Choices settle: the learning rate falls to 1 %.
    expect(last.wires.right).toBeLessThan(0.1 * points[0]!.wires.right);
  });

  test("the netlist that is saved reads the test images as the figure says", async () => {
    const data = await (await running).data();
    const { test: images } = drawnDigits(digits);
    const netlist = readCircuitJson(figure.files![0]!.content(data)!);
    const some = images.images.subarray(0, 100 * images.size);
    const scores = evaluateCircuit(netlist, some);
    const right = Array.from({ length: 100 }, (_, n) => [...scores.subarray(10 * n, 10 * n + 10)]).filter((row, n) => row.indexOf(Math.max(...row)) === images.labels[n]).length; // biome-ignore format: one thought
    const share = data.points.at(-1)!.circuit.right / 1000;
    // Four standard errors of a share of 100 images.
    expect(Math.abs(right / 100 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 100));
    expect(Array.from(evaluateCircuit(netlist, data.image))).toEqual(data.scores);
    expect(figure.files![1]!.content(data)).toContain("module circuit(");
  });

  test("a gate of the wall is followed back to its pixels", async () => {
    const { circuit, bits, image } = await (await running).data();
    for (const point of [
      [0, 1],
      [0.5, 0.65],
      [1, 0],
    ] as const) {
      const gate = followed(circuit!, point)!;
      expect(gate.class).toBe(Math.min(9, Math.floor(10 * (1 - point[1]))));
      expect(circuit!.classes[gate.class]!.wires[gate.place]).toBe(gate.wire);
      expect(gate.part.thresholds.length).toBeLessThanOrEqual(2);
      const own = wireBits(gate.part, image);
      expect(own[gate.part.classes[0]!.wires[0]!]).toBe(bits[gate.wire]);
      const counts = pixelsOfClass(circuit!, gate.class);
      for (const [pixel] of gate.part.thresholds) expect(counts[pixel]).toBeGreaterThan(0);
    }
    const [drag] = figure.drags!(state(), look(360));
    expect(drag!.value(0.25, 0.25)).toEqual([0.25, 0.75]);
  });

  test("a digit that is drawn is read in place of the test image", async () => {
    const course = await running;
    const before = await course.data();
    const own = drawnDigits({ seed: 9, train: 1, test: 1 }).train;
    const told = state({ drawn: pictureOf(own.images) });
    await course.set!(told);
    const data = await course.data();
    expect(before.label).toBe(3);
    expect(data.label).toBeUndefined();
    expect(data.scores).not.toEqual(before.scores);
    expect(figure.says(data, told)).toMatch(/^Your digit is read as \d:/);
    await course.set!(state());
    expect(timeless(await course.data())).toEqual(timeless(before));
  });

  test("pictures, sentences and rows are whole, before the first step too", async () => {
    const data = await (await running).data();
    for (const shown of [data, await played(start, state(), 0)])
      for (const gate of [
        [0, 0],
        [1, 1],
      ] as const) {
        const given = state({ gate });
        for (const svg of drawn(figure, shown, given)) expect(svg).not.toMatch(BROKEN);
        expect(figure.says(shown, given)).not.toMatch(BROKEN);
        expect(figure.rows(shown, given).length).toBe(shown.points.length + shown.functions.length);
      }
  });
});

test("two layers, choices that are drawn: a gap between network and circuit; the same for the same seed", async () => {
  const given = state({ layers: 2, estimator: "gumbel-softmax", seed: 2 });
  const data = await played(start, given, 3);
  const { network, circuit } = data.points.at(-1)!;
  expect(network.right).not.toBe(circuit.right);
  expect(timeless(await played(start, given, 3))).toEqual(timeless(data));
  for (const svg of drawn(figure, data, given)) expect(svg).not.toMatch(BROKEN);
  const gate = followed(data.circuit!, [0.3, 0.5])!;
  expect(gate.part.thresholds.length).toBeLessThanOrEqual(4);
});
