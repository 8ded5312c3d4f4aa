import { numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { noBlas } from "../../../../test/native.ts";
import { draw } from "../../src/experiments/generator/draw.ts";
import type { GeneratorSettings } from "../../src/experiments/generator/options.ts";
import {
  type Checkpoint,
  drawnDigits,
  exportModel,
  generator,
  loadGenerator,
  modelChecker,
  modelsOf,
  parametersOf,
  type RunConfig,
  type Settings,
  startRun,
  TOLERANCE,
  trainingStep,
  useDevice,
} from "../../src/index.ts";
import { tinyGenerator } from "./tiny-generator.ts";

const wasm = await useDevice("wasm");
const data = drawnDigits({ train: 200, test: 40 });
const tiny = tinyGenerator({ styleSize: 5, priorLayers: 3, batch: 40, epochs: 3 }, data);

const configOf = (settings: Settings): RunConfig => ({
  experiment: "generator",
  estimator: { id: "reinmax", options: {} },
  data: "drawn",
  seed: 2,
  settings: { ...tiny, ...settings },
});

async function trained(settings: Settings): Promise<Checkpoint> {
  const run = await startRun(generator, configOf(settings), data, wasm);
  while (run.step < run.totalSteps) await run.advance();
  const checkpoint = await run.checkpoint();
  run.dispose();
  return checkpoint;
}

for (const style of ["continuous", "binary"])
  describe(`${style} style`, () => {
    let checkpoint: Checkpoint;
    beforeAll(async () => {
      checkpoint = await trained({ style });
    });

    test("a picture depends on digit, seed and its number, and on nothing else", async () => {
      const loaded = await loadGenerator(checkpoint);
      const many = await loaded.draw({ digit: 7, count: 70, seed: 3 });
      expect(many).toHaveLength(70);
      expect(many[0]).toHaveLength(784);
      expect(await loaded.draw({ digit: 7, count: 3, seed: 3, from: 66 })).toEqual(many.slice(66, 69));
      expect(await loaded.draw({ digit: 8, count: 1, seed: 3 })).not.toEqual(many.slice(0, 1));
      expect(await loaded.draw({ digit: 7, count: 1, seed: 4 })).not.toEqual(many.slice(0, 1));
      const styles = loaded.styles(70, 3);
      expect(await loaded.decode(7, styles)).toEqual(many);
      const both = await loaded.decode([8, 7], styles.slice(0, 2 * loaded.styleSize));
      expect(both[1]).toEqual(many[1]);
      const again = await loadGenerator(checkpoint);
      expect(await again.draw({ digit: 7, count: 70, seed: 3 })).toEqual(many);
      loaded.dispose();
      again.dispose();
    });

    test("pictures are those of the network's own decoder", async () => {
      const loaded = await loadGenerator(checkpoint);
      const params = Object.fromEntries(
        Object.entries(parametersOf(checkpoint)).map(([name, x]) => [
          name,
          np.array(x.data, { shape: [...x.shape] }),
        ]),
      );
      const noise = loaded.styles(2, 1);
      const y = np.array([
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      ]);
      const { image } = draw(
        params,
        np.array(noise, { shape: [2, 5] }),
        y,
        checkpoint.config.settings as GeneratorSettings,
      );
      const expected = image.dataSync();
      for (const [n, picture] of (await loaded.draw({ digit: 3, count: 2, seed: 1 })).entries())
        for (let i = 0; i < 784; i++)
          expect(Math.abs(picture[i]! - 255 * expected[n * 784 + i]!)).toBeLessThanOrEqual(0.51);
      loaded.dispose();
    });

    test("--sharpness times the logits of every pixel, in drawing alone", async () => {
      const settings = { ...checkpoint.config.settings, sharpness: 2 };
      const [plain, sharp] = [
        await loadGenerator(checkpoint),
        await loadGenerator({ ...checkpoint, config: { ...checkpoint.config, settings } }),
      ];
      const asked = { digit: 3, count: 4, seed: 1 };
      const [before, after] = [await plain.draw(asked), await sharp.draw(asked)];
      let moved = 0;
      for (const [n, picture] of after.entries())
        for (const [i, grey] of picture.entries()) {
          const odds = (x: number): number => (x / (255 - x)) ** 2;
          const doubled = (x: number): number => 255 * (x >= 255 ? 1 : odds(x) / (1 + odds(x)));
          // Grey values are rounded: by half before, which the square makes at most one after, and by half after.
          const [low, high] = [-0.5, 0.5].map((by) =>
            doubled(Math.min(255, Math.max(0, before[n]![i]! + by))),
          );
          expect(grey).toBeGreaterThanOrEqual(low! - 0.51);
          expect(grey).toBeLessThanOrEqual(high! + 0.51);
          moved = Math.max(moved, Math.abs(grey - before[n]![i]!));
        }
      expect(moved).toBeGreaterThan(5);
      plain.dispose();
      sharp.dispose();
    });

    test("exported models give what the network gives", async () => {
      const check = await modelChecker();
      const parameters = parametersOf(checkpoint);
      for (const [name, exported] of Object.entries(modelsOf(generator, checkpoint.config, 3))) {
        const { bytes } = exportModel(name, exported, parameters, {});
        expect((await check(bytes, exported, parameters)).largest).toBeLessThanOrEqual(TOLERANCE);
      }
    });
  });

test("styles are standard normal noise", async () => {
  const loaded = await loadGenerator(await trained({ epochs: 1 }));
  const styles = loaded.styles(4000, 9);
  loaded.dispose();
  const mean = styles.reduce((a, b) => a + b, 0) / styles.length;
  const square = styles.reduce((a, b) => a + b * b, 0) / styles.length;
  const fourth = styles.reduce((a, b) => a + b ** 4, 0) / styles.length;
  // 20,000 numbers: standard errors 0.007, 0.01 and 0.07; five of each.
  expect(Math.abs(mean)).toBeLessThan(0.035);
  expect(Math.abs(square - 1)).toBeLessThan(0.05);
  expect(Math.abs(fourth - 3)).toBeLessThan(0.35);
});

test("unsupervised: asked for by the names of found classes; those of one name take turns", async () => {
  const checkpoint = await trained({ mode: "unsupervised" });
  const last = { ...checkpoint.record.last };
  for (let k = 0; k < 10; k++) last[`class/${k}`] = [4, 7, 4, 1, 1, -1, 0, 2, 3, 5][k]!;
  const loaded = await loadGenerator({ ...checkpoint, record: { ...checkpoint.record, last } });
  expect(loaded.digits).toEqual([0, 1, 2, 3, 4, 5, 7]);
  expect(await loaded.draw({ digit: 4, count: 5 })).toHaveLength(5);
  await expect(loaded.draw({ digit: 9, count: 1 })).rejects.toThrow(
    /digit 9 can't be drawn.*0, 1, 2, 3, 4, 5, 7/,
  );
  loaded.dispose();
  const unnamed = { ...checkpoint, record: { ...checkpoint.record, last: {} } };
  await expect(loadGenerator(unnamed)).rejects.toThrow(/no names yet/);
});

test("what is refused", async () => {
  const checkpoint = await trained({ epochs: 1 });
  const loaded = await loadGenerator(checkpoint);
  await expect(loaded.draw({ digit: 10, count: 1 })).rejects.toThrow(/digit 10 can't be drawn/);
  await expect(loaded.draw({ digit: 1.5, count: 1 })).rejects.toThrow(/can't be drawn/);
  for (const count of [0, -1, 2.5, Number.NaN, 10_001])
    await expect(loaded.draw({ digit: 1, count })).rejects.toThrow(
      /count must be a whole number from 1 to 10000/,
    );
  await expect(loaded.draw({ digit: 1, count: 1, seed: -1 })).rejects.toThrow(/seed must be/);
  await expect(loaded.decode(1, new Float32Array(7))).rejects.toThrow(/whole styles of 5/);
  await expect(loaded.decode([1, 2], new Float32Array(5))).rejects.toThrow(/not 2 styles of 5/);
  loaded.dispose();
  const foreign = { ...checkpoint, config: { ...checkpoint.config, experiment: "vae" } };
  await expect(loadGenerator(foreign)).rejects.toThrow(/of experiment vae/);
  const { "params.decoder.w1": _, ...tensors } = checkpoint.tensors;
  await expect(loadGenerator({ ...checkpoint, tensors })).rejects.toThrow(
    /damaged: params.decoder.w1 .*missing/,
  );
  const broken = { shape: [784], data: new Float32Array(784).fill(Number.NaN) };
  await expect(
    loadGenerator({ ...checkpoint, tensors: { ...checkpoint.tensors, "params.decoder.b2": broken } }),
  ).rejects.toThrow(/params.decoder.b2 has values that are not numbers/);
});

describe.skipIf(noBlas)(`device native${noBlas}`, () => {
  for (const mode of ["supervised", "semi-supervised", "unsupervised"])
    test(`${mode}: the same steps as on wasm`, async () => {
      const notices: string[] = [];
      const native = await useDevice("native", { threads: 1, notice: (sentence) => notices.push(sentence) });
      const made = await trainingStep(generator, configOf({ mode }), data);
      const losses: number[] = [];
      for (const backend of [native, await useDevice("wasm")]) {
        const resident = backend.put(made.initial);
        const step = backend.update(made.step);
        for (let i = 0; i < 3; i++) await step(resident, made.inputs(i));
        losses.push((await resident.read(["run.total"]))["run.total"]!.data[0]!);
        resident.dispose();
      }
      expect(notices).toEqual([]);
      // Float32 with sums in another order, three steps of about 540 nats.
      expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(0.05);
    });
});
