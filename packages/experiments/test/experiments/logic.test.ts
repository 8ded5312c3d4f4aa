import { circuitStatistics, simplifyCircuit, writeCircuitFile } from "@hardgrad/runtime/circuit";
import { describe, expect, test } from "vitest";
import { confidenceOf } from "../../src/experiments/logic/settling.ts";
import { shiftAll } from "../../src/experiments/logic/shift.ts";
import {
  type Checkpoint,
  checkCircuit,
  classifier,
  type Dataset,
  drawnDigits,
  logic,
  makeEstimator,
  parametersOf,
  type RunConfig,
  resolveSettings,
  type SettingsOf,
  startRun,
  trainedCircuit,
  useDevice,
} from "../../src/index.ts";
import "../setup.ts";

type Given = Partial<SettingsOf<typeof logic.options>>;

const digits = drawnDigits({ train: 1000, test: 300 });

function configOf(given: Given, estimator = "straight-through-argmax", dataset: Dataset = digits): RunConfig {
  const small = { gates: 400, candidates: 8, epochs: 4, batch: 32, validation: 0.2 };
  const settings = resolveSettings(logic.options, { ...small, ...given }, dataset);
  return { experiment: "logic", estimator: { id: estimator, options: {} }, data: "drawn", seed: 1, settings };
}

async function trained(config: RunConfig, dataset: Dataset = digits, from?: Checkpoint, until = 1e9) {
  const run = await startRun(logic, config, dataset, await useDevice("wasm"), from);
  while (run.step < Math.min(run.totalSteps, until)) await run.advance();
  const result = { checkpoint: await run.checkpoint(), metrics: run.summary().metrics };
  run.dispose();
  return result;
}

const checked = async ({ checkpoint }: { checkpoint: Checkpoint }, dataset: Dataset = digits) => {
  const parameters = parametersOf(checkpoint);
  const file = writeCircuitFile(simplifyCircuit(trainedCircuit(logic, parameters, checkpoint.config)));
  return checkCircuit(file, logic, parameters, checkpoint.config, dataset, await useDevice("wasm"));
};

test("learns to read digits; candidates grow; the simplified file is the network on every image; a resumed run is the same", async () => {
  const config = configOf({});
  const whole = await trained(config);
  // Chance is 0.1, with a standard error of 0.02 on 300 images.
  expect(whole.metrics["accuracy/test"]).toBeGreaterThan(0.3);
  expect(whole.metrics["accuracy/gap"]).toBe(0);
  expect(whole.metrics["circuit/gates"]).toBeLessThanOrEqual(400);
  const check = await checked(whole);
  expect(check).toMatchObject({ images: 1300, differing: 0 });
  expect(check.accuracy.test).toBe(whole.metrics["accuracy/test"]);

  const fixed = await trained(configOf({ growth: 0 }));
  const readOf = ({ checkpoint }: { checkpoint: Checkpoint }) =>
    Array.from(parametersOf(checkpoint).read0!.data);
  const [grown, first] = [readOf(whole), readOf(fixed)];
  const exchanged = grown.filter((wire, i) => wire !== first[i]).length;
  expect(exchanged).toBeGreaterThan(100);
  expect(grown.every((wire) => Number.isInteger(wire) && wire >= 0 && wire < 2352)).toBe(true);

  const half = await trained(config, digits, undefined, 40);
  const resumed = await trained(config, digits, half.checkpoint);
  for (const [name, { data }] of Object.entries(whole.checkpoint.tensors))
    expect(Array.from(resumed.checkpoint.tensors[name]!.data), name).toEqual(Array.from(data));
});

test("each layer's gates and wires have a confidence of their own, which grows, is saved, and goes on", async () => {
  const config = configOf({ layers: 2, epochs: 1, confidence: 0.9 }, "straight-through-adaptive");
  const whole = await trained(config);
  const names = ["gates0", "wires0", "gates1", "wires1"].map((name) => `estimator.${name}.confidence`);
  const tensors = whole.checkpoint.tensors;
  expect(Object.keys(tensors).filter((name) => name.startsWith("estimator.")).sort()).toEqual([...names].sort()); // biome-ignore format: one thought
  // Gates begin with one operation at 90 %, wires with all alike.
  const [gates, wires] = names.map((name) => tensors[name]!.data[0]!);
  expect(gates).toBeGreaterThan(0.05);
  expect(gates).toBeLessThan(1);
  expect(wires).toBeGreaterThan(0);
  expect(wires).toBeLessThan(gates!);
  const half = await trained(config, digits, undefined, 5);
  const resumed = await trained(config, digits, half.checkpoint);
  for (const name of names)
    expect(Array.from(resumed.checkpoint.tensors[name]!.data)).toEqual(Array.from(tensors[name]!.data));
});

test("says of each layer how many gates changed in an epoch, and how sure the choices are", async () => {
  const config = configOf({ layers: 2, epochs: 2, confidence: 0.9 });
  const whole = await trained(config);
  const first = await trained(config, digits, undefined, 25);
  const gates = 200;
  for (const layer of [0, 1]) {
    const choices = ({ checkpoint }: { checkpoint: Checkpoint }) => {
      const { gates } = trainedCircuit(logic, parametersOf(checkpoint), checkpoint.config);
      return gates.slice(200 * layer, 200 * layer + 200).map((gate) => gate.join());
    };
    const [before, after] = [choices(first), choices(whole)];
    const changed = after.filter((gate, i) => gate !== before[i]).length;
    expect(changed).toBeGreaterThan(5);
    expect(whole.metrics[`choices/changed-${layer + 1}`]).toBeCloseTo(changed / gates, 6);
    // Operations began at 0.9, wires at one eighth.
    expect(first.metrics[`choices/operations-${layer + 1}`]).toBeGreaterThan(0.5);
    expect(first.metrics[`choices/operations-${layer + 1}`]).toBeLessThan(1);
    expect(first.metrics[`choices/wires-${layer + 1}`]).toBeGreaterThan(0.125);
    expect(whole.metrics[`choices/wires-${layer + 1}`]).toBeGreaterThan(
      first.metrics[`choices/wires-${layer + 1}`]!,
    );
  }
  expect(confidenceOf({ shape: [2, 2], data: Float32Array.of(0, Math.log(3), 100, -100) })).toBeCloseTo(
    0.875,
    6,
  );
});

describe("the circuit is the network", () => {
  test.each<[string, Given, string]>([
    ["two layers, wires learned", { layers: 2 }, "straight-through-argmax"],
    [
      "three layers, fixed wires",
      { layers: 3, gates: 600, wiring: "fixed", operations: "first" },
      "straight-through-argmax",
    ],
    ["a temperature that follows confidence", { layers: 2 }, "straight-through-adaptive"],
    ["sampled choices, no shifts, one bit", { bits: 1, shifts: 0 }, "reinmax"],
    ["soft choices, three bits", { bits: 3, growth: 0 }, "gumbel-softmax"],
  ])("%s", async (_, given, estimator) => {
    const run = await trained(configOf({ ...given, epochs: 1 }, estimator));
    expect(await checked(run)).toMatchObject({ differing: 0 });
    const circuit = trainedCircuit(logic, parametersOf(run.checkpoint), run.checkpoint.config);
    expect(circuitStatistics(circuit).gates).toBe(run.checkpoint.config.settings.gates);
  });
});

test("a circuit that differs is found", async () => {
  const run = await trained(configOf({ epochs: 1 }));
  const parameters = parametersOf(run.checkpoint);
  const circuit = trainedCircuit(logic, parameters, run.checkpoint.config);
  const [first, ...others] = circuit.gates;
  const wrong = { ...circuit, gates: [[15 - first![0], first![1], first![2]] as const, ...others] };
  const { differing } = await checkCircuit(
    wrong,
    logic,
    parameters,
    run.checkpoint.config,
    digits,
    await useDevice("wasm"),
  );
  expect(differing).toBe(1300);
});

test("binary data that are no images: a rule of two of eight bits is learned exactly", async () => {
  const split = (from: number) => {
    const count = 1024;
    const bits = Array.from({ length: count }, (_, i) => (Math.imul(i + from, 2654435761) >>> 8) & 255);
    const images = Uint8Array.from(bits.flatMap((b) => Array.from({ length: 8 }, (_, j) => (b >> j) & 1)));
    const labels = Uint8Array.from(bits, (b) => ((b >> 2) & 1) ^ ((b >> 5) & 1));
    return { images, labels, size: 8, count };
  };
  const shape = { length: 8 };
  const rule: Dataset = { name: "rule", shape, classes: ["no", "yes"], train: split(0), test: split(5000) };
  const config = configOf(
    { gates: 40, candidates: 4, bits: 0, shifts: 0, scale: 2, epochs: 20 },
    undefined,
    rule,
  );
  const run = await trained({ ...config, data: "rule", form: { shape, classes: rule.classes } }, rule);
  expect(run.metrics["accuracy/test"]).toBe(1);
});

test("defaults fit any data", () => {
  const classes = ["a", "b", "c", "d", "e", "f"];
  const of = (form: Pick<Dataset, "shape" | "classes">, given: Given = {}) =>
    resolveSettings(logic.options, given, form);
  expect(of(digits)).toMatchObject({ gates: 8000, scale: 10, candidates: 16, shifts: 1 });
  expect(of({ ...digits, classes }, { layers: 2 })).toMatchObject({ gates: 7992 });
  expect(of(digits, { gates: 2000 })).toMatchObject({ scale: 5 });
  expect(of(digits, { gates: 4000, layers: 2 })).toMatchObject({ scale: 5 });
  expect(of({ shape: { length: 8 }, classes })).toMatchObject({ candidates: 12, shifts: 0 });
});

test("what does not fit is refused in one sentence", () => {
  const refusal = (
    given: Given,
    estimator = "straight-through-argmax",
    dataset: Dataset = digits,
  ): string => {
    const config = configOf(given, estimator, dataset);
    try {
      logic.check(
        makeEstimator(config.estimator),
        config.settings as SettingsOf<typeof logic.options>,
        dataset,
      );
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return (error as Error).message;
    }
    return "";
  };
  expect(refusal({})).toBe("");
  expect(refusal({ gates: 5 })).toContain("--gates 5 in 1 layers leave the last one 5 for 10 classes");
  expect(refusal({ gates: 8001 })).toContain("can't be shared equally among 1 layers and 10 classes");
  expect(refusal({ layers: 2, gates: 20, candidates: 8 })).toContain("use --candidates 5 or less");
  expect(refusal({}, "rloo")).toContain("rloo can't train them: it needs a loss for each");
  expect(refusal({}, "straight-through-hard-sigmoid")).toContain("it has no categorical variables");
  const vectors = { ...digits, name: "mine", shape: { length: 784 } };
  expect(refusal({ shifts: 1 }, undefined, vectors)).toContain(
    "--shifts 1 moves images, but mine has vectors",
  );
  expect(refusal({ shifts: 0 }, undefined, vectors)).toBe("");
  expect(refusal({}, undefined, { ...digits, classes: [] })).toContain("no labels");
  expect(refusal({ bits: 0 })).toMatch(
    /--bits 0 is for data of 0 and one other value, but drawn holds \d+ and \d+/,
  );
  const ones = { ...digits.train, images: digits.train.images.map((v) => (v > 127 ? 1 : 0)) };
  expect(refusal({}, undefined, { ...digits, train: ones })).toContain("nothing but 0 and 1");
  expect(refusal({ bits: 0 }, undefined, { ...digits, train: ones })).toBe("");
  expect(() => trainedCircuit(classifier, {}, configOf({}))).toThrow("trains no logic gates");
});

test("shifted images are the images, moved by at most so many pixels", () => {
  const shape = { height: 5, width: 4 };
  const images = Uint8Array.from({ length: 20 * 40 }, (_, i) => 1 + (i % 250));
  const moved = new Uint8Array(images.length);
  const seen = new Set<string>();
  shiftAll(images, moved, shape, 1, 3, 7);
  for (let n = 0; n < 40; n++) {
    const at = (of: Uint8Array, y: number, x: number): number =>
      y < 0 || y >= 5 || x < 0 || x >= 4 ? 0 : of[20 * n + 4 * y + x]!;
    const fits = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1]
        .filter((dx) =>
          Array.from({ length: 20 }, (_, i) => [Math.floor(i / 4), i % 4] as const).every(
            ([y, x]) => at(moved, y, x) === at(images, y - dy, x - dx),
          ),
        )
        .map((dx) => `${dx},${dy}`),
    );
    expect(fits).toHaveLength(1);
    seen.add(fits[0]!);
  }
  expect(seen.size).toBe(9);
  const again = new Uint8Array(images.length);
  shiftAll(images, again, shape, 1, 3, 7);
  expect(again).toEqual(moved);
  shiftAll(images, again, shape, 1, 3, 8);
  expect(again).not.toEqual(moved);
});
