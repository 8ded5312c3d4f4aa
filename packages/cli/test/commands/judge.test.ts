import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgeRecipe, plainRecipe, useDevice } from "@hardgrad/experiments";
import { beforeAll, describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/datasets.ts";
import { judgePath, makeJudge, readJudge } from "../../src/judge/file.ts";
import { ask, scratch } from "../run.ts";

const runs = scratch();
const at = (name: string): string => join(runs, name);
const sizes = { train: 300, test: 50 };
const quietly = { at: async () => {}, stop: () => {} };

const small = ["--epochs", "1", "--train-size", "300", "--test-size", "50", "--quiet"];
const plans = { judge: { ...judgeRecipe, epochs: 6 }, plain: { ...plainRecipe, epochs: 1 } };

beforeAll(async () => {
  const shape = ["--hidden", "24", "--style-size", "4", "--out", at("run")];
  expect(await ask("train", "generator", ...small, ...shape)).toMatchObject({ code: 0, stderr: "" });
  expect((await ask("train", "classifier", ...small, "--out", at("classifier"))).code).toBe(0);
  const dataset = await loadDataset("drawn", sizes);
  const backend = await useDevice("auto", { threads: 1 });
  await makeJudge({ data: "drawn", drawn: sizes }, dataset, backend, quietly, plans, at("judge.safetensors"));
}, 120_000);

describe("a judge's file", () => {
  test("is frozen: the same weights have the same SHA-256, and a changed byte is seen", () => {
    const file = at("judge.safetensors");
    const judge = readJudge(file, { data: "drawn" });
    expect(judge.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readJudge(file, { data: "drawn" }).sha256).toBe(judge.sha256);
    expect(judge.computer).toMatch(/^(native|wasm) \(.*, 1 thread\)$/);
    expect(existsSync(`${file}.part`)).toBe(false);
    const bytes = readFileSync(file);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(at("damaged.safetensors"), bytes);
    expect(() => readJudge(at("damaged.safetensors"), { data: "drawn" })).toThrow(/checksum/);
  });

  test("is made from where a training was stopped", async () => {
    const dataset = await loadDataset("drawn", sizes);
    const backend = await useDevice("auto", { threads: 1 });
    const file = at("stopped.safetensors");
    const of = { data: "drawn", drawn: sizes };
    const stop = {
      at: async (_part: string, done: number) => {
        if (done >= 50) throw new Error("stopped");
      },
      stop: () => {},
    };
    const longer = { ...plans, judge: { ...plans.judge, epochs: 40 } };
    await expect(makeJudge(of, dataset, backend, stop, longer, file)).rejects.toThrow("stopped");
    const steps: number[] = [];
    const counted = { ...quietly, at: async (_part: string, done: number) => void steps.push(done) };
    const judge = await makeJudge(of, dataset, backend, counted, longer, file);
    expect(steps[0]).toBe(100); // not 50: those were saved
    expect(judge.accuracy).toBeGreaterThan(0.5); // 120 steps on 300 images
  });

  test("is kept where downloads are, one for each dataset", () => {
    expect(judgePath({ data: "mnist" })).toMatch(/judges.mnist\.safetensors$/);
    expect(judgePath({ data: "drawn", drawn: sizes })).toMatch(/judges.drawn-300-50\.safetensors$/);
  });
});

describe("judge RUN", () => {
  const given = ["--judge", join(runs, "judge.safetensors"), "--threads", "1"];

  test("prints a table, and the judge's SHA-256 on stderr", async () => {
    const { code, stdout, stderr } = await ask(
      "judge",
      at("run"),
      ...given,
      "--count",
      "4",
      "--no-gan-train",
    );
    expect(code).toBe(0);
    expect(stderr).toContain(readJudge(at("judge.safetensors"), { data: "drawn" }).sha256);
    expect(stderr).toContain("below 99 %");
    expect(stdout.split("\n").filter((line) => /^.?\s*\d\s/.test(line.replaceAll("│", " "))).length).toBe(10);
    expect(stdout).toContain("nearest training image");
    expect(stdout).not.toContain("GAN-train");
  });

  test("gives everything as JSON, and a figure", async () => {
    const out = at("judge.svg");
    const { code, stdout } = await ask(
      "judge",
      at("run"),
      ...given,
      "--count",
      "4",
      "--json",
      "--quiet",
      "--out",
      out,
    );
    expect(code).toBe(0);
    const verdict = JSON.parse(stdout);
    expect(verdict).toMatchObject({ data: "drawn", count: 4, seed: 0, recognised: { trials: 40 } });
    expect(verdict.digits).toHaveLength(10);
    for (const { readAs } of verdict.digits) expect(readAs.reduce((a: number, b: number) => a + b)).toBe(4);
    // A share of the 50 test images; 40 drawn ones teach little, and something (measured 0.18).
    expect(verdict.ganTrain * 50).toBeCloseTo(Math.round(verdict.ganTrain * 50), 6);
    expect(verdict.ganTrain).toBeGreaterThan(0.05);
    expect(verdict.ganTrain).toBeLessThan(1);
    expect(verdict.judge.parameters).toBeUndefined();
    expect(readFileSync(out, "utf8").match(/<image /g)).toHaveLength(40);
    const again = await ask(
      "judge",
      at("run"),
      ...given,
      "--count",
      "4",
      "--json",
      "--quiet",
      "--no-gan-train",
    );
    expect(JSON.parse(again.stdout).digits).toEqual(verdict.digits); // same seed, same pictures
  });

  test.each([
    [["judge"], 2, /folder of a generator run, or --data/],
    [["judge", "nowhere"], 1, /nowhere: it does not exist/],
    [["judge", join(runs, "run"), "--count", "1"], 2, /--count must be a whole number from 2/],
    [["judge", join(runs, "run"), "--data", "mnist"], 2, /was trained on drawn, not on mnist/],
    [["judge", join(runs, "classifier")], 2, /run of classifier, and the judge reads what generators draw/],
    [["judge", join(runs, "run"), "--judge", "no.safetensors"], 1, /can't be the judge: it does not exist/],
    [
      ["judge", join(runs, "run"), "--judge", join(runs, "run", "checkpoint.safetensors")],
      1,
      /it is not the file of a judge/,
    ],
    [["judge", join(runs, "run"), "--out", runs], 2, /is a folder/],
    [
      ["judge", join(runs, "run"), "--device", "abacus"],
      2,
      /there is no device "abacus"; known: auto, native, wasm, webgpu/,
    ],
    [["judge", "--data", "minst"], 2, /did you mean mnist/],
    [["judge", "--data", "mnist", "--out", "x.svg"], 2, /folder of a run/],
  ])("refuses %j", async (args, code, sentence) => {
    mkdirSync(at("empty"), { recursive: true });
    const said = await ask(...(args as string[]));
    expect(said.stderr).toMatch(sentence as RegExp);
    expect(said.stderr.trim().split("\n")).toHaveLength(1);
    expect(said.code).toBe(code);
  });
});
