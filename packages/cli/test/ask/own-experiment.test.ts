import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StepExperiment } from "@hardgrad/experiments";
import { drawnDigits, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import { guardedExperiment, wrongExperiment } from "../../src/ask/own-experiment.ts";
import { outside, scratch } from "../run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const file = join(root, "examples/own/experiment.mjs");
const good: StepExperiment = (await import(/* @vite-ignore */ file)).default;

describe("what stands in a module and is no experiment is said by its first fault", () => {
  const whole = good.options.hidden;
  const faults: readonly [unknown, string][] = [
    [3, "is a number"],
    [null, "is a null"],
    [{ ...good, title: undefined }, "title is missing"],
    [{ ...good, evaluations: undefined }, "evaluations is missing"],
    [{ ...good, losses: 3 }, "losses must be a function"],
    [{ ...good, headline: { ...good.headline, tag: 3 } }, "headline.tag: must be a text"],
    [{ ...good, metrics: [3] }, "metrics.0: must be { tag, title, unit, better, note }"],
    [{ ...good, options: { ...good.options, hidden: { ...whole, type: "numbr" } } }, "options.hidden.type: must be { type, default, help, ... } of type number, choice, boolean or sizes"],
    [{ ...good, options: { ...good.options, hidden: { ...whole, default: 5000 } } }, "options.hidden: the default must be a value that the option takes, not 5000"],
    [{ ...good, options: { epochs: good.options.epochs } }, "options has no batch, a whole number, which the engine reads"],
  ]; // biome-ignore format: a table
  for (const [value, words] of faults) test(words, () => expect(wrongExperiment(value)).toBe(words));
  test("the example is one", () => expect(wrongExperiment(good)).toBeUndefined());
});

describe("what a member throws, or returns and can't be right, is said with its name", async () => {
  const backend = await useDevice("wasm");
  const dataset = drawnDigits({ seed: 0, train: 60, test: 20 });
  /** Trains an epoch; the error. */
  async function failure(change: object): Promise<string> {
    const experiment = guardedExperiment("./mine.mjs", { path: file, sha256: "", value: { ...good, ...change } }); // biome-ignore format: one thought
    const settings = resolveSettings(experiment.options, { epochs: 1, batch: 20, hidden: 4 }, dataset);
    const config = { experiment: "./mine.mjs", estimator: { id: "straight-through", options: {} }, data: "drawn", seed: 0, settings }; // biome-ignore format: one thought
    try {
      experiment.recommended("straight-through", "drawn", settings);
      const run = await startRun(experiment, config, dataset, backend);
      while (run.step < run.totalSteps) await run.advance();
      await run.pictures(2);
      run.dispose();
      experiment.card(settings, dataset);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  }
  const boom = (): never => {
    throw new TypeError("oh no");
  };
  const of = (change: (result: ReturnType<StepExperiment["losses"]>) => unknown) => ({
    losses: (...args: Parameters<StepExperiment["losses"]>) => change(good.losses(...args)),
  });
  const faults: readonly [object, string][] = [
    [{ init: boom }, "init failed: oh no."],
    [{ losses: boom }, "losses failed: oh no."],
    [{ schedules: ({ step }: { step: number }) => (step === 2 ? boom() : { learningRate: 0.01 }) }, "schedules failed: oh no."],
    [{ evaluate: async () => boom() }, "evaluate failed: oh no."],
    [{ evaluate: async () => Promise.reject(null) }, "evaluate failed: null."],
    [{ evaluations: { classes: boom } }, "evaluations.classes failed: oh no."],
    [{ evaluate: async ({ call }: { call: (name: string) => unknown }) => call("klasses") }, "evaluate failed: there is no evaluation klasses; known: classes."],
    [{ pictures: boom }, "pictures failed: oh no."],
    [{ card: () => undefined }, "card must return { description, use, task, tags }."],
    [{ pictures: async () => [3] }, "pictures must return a list of { name, title, columns, shape, tiles }."],
    [{ init: () => ({ w1: 3 }) }, "init must return arrays by name."],
    [{ init: (_key: unknown, settings: { hiden: number }) => settings.hiden }, "init failed: there is no setting hiden; did you mean hidden."],
    [{ estimated: () => ({ parameters: ["w9"] }) }, "init returns no w9, which estimated names; it returns w1, b1, w2, b2."],
    [{ optimizer: () => undefined }, "optimizer must return an optimizer, such as adam()."],
    [{ recommended: () => undefined }, "recommended must return { settings, options }."],
    [{ recommended: () => ({ settings: { a: 1 }, options: {} }) }, "recommended returns a setting a, which options has not."],
    [{ schedules: () => ({ learningRate: Number.NaN }) }, "schedules must return finite numbers, but learningRate is NaN."],
    [{ schedules: () => ({}) }, "schedules must return { learningRate, ... }."],
    [of(({ losses }) => losses), "losses must return { losses, state }, as statefulExpectation does."],
    [of(({ losses, state }) => ({ losses: losses.sum(), state })), "losses must return one loss per example, shape [20], not []."],
    [{ evaluate: async () => ({}) }, "evaluate returns no accuracy/test, which is the headline; it returns nothing."],
    [{ evaluate: async () => ({ "accuracy/test": "good" }) }, 'evaluate must return numbers by tag, but accuracy/test is "good".'],
    [{ evaluate: async () => {} }, "evaluate must return numbers by tag."],
  ]; // biome-ignore format: a table
  for (const [change, words] of faults)
    test(words, async () => expect(await failure(change)).toBe(`./mine.mjs: ${words}`));
  test("nothing is said of the example", async () => expect(await failure({})).toBe(""));
  test("what check refuses stays as it is", async () => {
    const check = (): never => {
      throw new RangeError("not with these data");
    };
    expect(await failure({ check })).toBe("not with these data");
  });
});

test("the command says the line, and an option that is a flag already", async () => {
  const cwd = scratch();
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"));
  const source = readFileSync(file, "utf8");
  copyFileSync(file, join(cwd, "good.mjs"));
  const at = source.split("\n").findIndex((line) => line.includes("const wanted")) + 1;
  writeFileSync(join(cwd, "twice.mjs"), source.replace("const wanted", "labels.dispose(); const wanted"));
  writeFileSync(join(cwd, "flag.mjs"), source.replaceAll("hidden", "seed"));
  const train = (name: string) => outside(["train", name, "--epochs", "1", "--train-size", "600", "--test-size", "100", "--quiet", "--out", name.slice(2, -4)], { cwd }); // biome-ignore format: one command
  expect(await train("./twice.mjs")).toEqual({
    code: 1,
    stdout: "",
    stderr: `./twice.mjs:${at}: losses failed: an array was used again after it was consumed; write x.ref at every use of x but the last.\n`,
  });
  expect(await train("./flag.mjs")).toEqual({
    code: 2,
    stdout: "",
    stderr: "./flag.mjs: its option seed is a flag of train already; rename it.\n",
  });
});
