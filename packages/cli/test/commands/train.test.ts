import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { safetensors } from "@jax-js/loaders";
import { describe, expect, test } from "vitest";
import { readRecords } from "../../src/run-folder/tfevents.ts";
import { held, outside, rowsIn, scratch, spawned, start, until } from "../run.ts";

const flags = [
  "--train-size",
  "1000",
  "--test-size",
  "100",
  "--batch",
  "20",
  "--hidden",
  "20",
  "--checkpoint-every",
  "100",
];
const base = ["train", "classifier", "--estimator", "reinforce-minimum-variance", "--epochs", "12", ...flags];

function parameters(folder: string): Buffer {
  return readFileSync(join(folder, "checkpoint.safetensors"));
}

test("a run says which options its estimator has", async () => {
  const { stderr } = await outside(["train", "classifier", "--estimator", "rloo:samples=3", "--epochs", "1", ...flags, "--out", "run"]); // biome-ignore format: one command
  expect(stderr).toContain("training classifier with rloo:samples=3 on drawn");
  expect(stderr).toMatch(/^rloo:samples=3: step 50 of 50/m);
});

describe("a run and its folder", () => {
  const cwd = scratch();
  const whole = spawned([...base, "--out", "whole", "--json"], { cwd });

  test("all files are there, and say the same", () => {
    expect(whole.code, whole.stderr).toBe(0);
    const folder = join(cwd, "whole");
    expect(readdirSync(folder).sort()).toEqual([
      "README.md",
      "checkpoint.safetensors",
      "config.json",
      "environment.json",
      "events.out.tfevents.0.hardgrad",
      "figures",
      "metrics.csv",
      "metrics.jsonl",
      "summary.json",
    ]);
    const { summary, command } = JSON.parse(whole.stdout);
    expect(summary).toEqual(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")));
    expect(command).toContain("--hidden 20");
    const rows = readFileSync(join(folder, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    expect(rows.at(-1)).toMatchObject({ step: 600, epoch: 12 });
    const events = readRecords(readFileSync(join(folder, "events.out.tfevents.0.hardgrad")));
    expect(events.length).toBe(rows.length + 1);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(/^---\nlicense: mit/);
  });

  test("the checkpoint is safetensors for other readers", () => {
    const bytes = parameters(join(cwd, "whole"));
    const { tensors } = safetensors.parse(new Uint8Array(bytes));
    expect(tensors["params.w1"]).toMatchObject({ dtype: "F32", shape: [784, 20] });
    const python = `
import json, struct, sys
b = open(sys.argv[1], 'rb').read()
n = struct.unpack('<Q', b[:8])[0]
h = json.loads(b[8:8+n]); h.pop('__metadata__')
ends = [t['data_offsets'][1] for t in h.values()]
assert n % 8 == 0 and max(ends) == len(b) - 8 - n, (n, max(ends), len(b))
print(h['params.w1']['shape'])`;
    const result = spawnSync("python3", ["-c", python, join(cwd, "whole", "checkpoint.safetensors")], {
      encoding: "utf8",
    });
    if (!result.error) expect(result.stdout.trim(), result.stderr).toBe("[784, 20]");
  });

  test.each(["SIGKILL", "SIGINT"] as const)(
    "%s in the middle, then --resume: the same bits",
    async (signal) => {
      const { env, letGo } = held("", 4);
      const { child, ended } = start([...base, "--out", signal], cwd, env);
      await until("four rows", () => rowsIn(join(cwd, signal)) >= 4);
      child.kill(signal);
      letGo();
      const { code, stderr } = await ended;
      if (signal === "SIGINT") {
        expect(code).toBe(130);
        expect(stderr).toContain(`npx hardgrad train --resume ${signal}`);
      }
      expect(existsSync(join(cwd, signal, "summary.json"))).toBe(false);
      const resumed = await outside(["train", "--resume", signal, "--quiet"], { cwd });
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(parameters(join(cwd, signal)).equals(parameters(join(cwd, "whole")))).toBe(true);
      const steps = (folder: string) =>
        readFileSync(join(cwd, folder, "metrics.jsonl"), "utf8")
          .trim()
          .split("\n")
          .map((l) => JSON.parse(l).step);
      expect(steps(signal)).toEqual(steps("whole"));
    },
  );

  test("a damaged, cut or foreign checkpoint is refused, and left as it is", async () => {
    const bytes = parameters(join(cwd, "whole"));
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 200]! ^= 1;
    const foreign = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("{}")]);
    for (const [name, content, message] of [
      ["flipped", flipped, /checksum differs/],
      ["cut", bytes.subarray(0, 1000), /damaged/],
      ["empty", Buffer.alloc(0), /damaged/],
      ["foreign", foreign, /not written by hardgrad/],
    ] as const) {
      mkdirSync(join(cwd, name));
      copyFileSync(join(cwd, "whole", "config.json"), join(cwd, name, "config.json"));
      writeFileSync(join(cwd, name, "checkpoint.safetensors"), content);
      const result = await outside(["train", "--resume", name, "--quiet"], { cwd });
      expect(result, name).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
      expect(parameters(join(cwd, name)).equals(content)).toBe(true);
    }
    const ended = await outside(["train", "--resume", "whole"], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/ended already/) });
  });

  test("a disk that fills up (a limit on file size): one sentence, exit 1, no half file", () => {
    const args = base.map((a) => `'${a}'`).join(" ");
    const bin = new URL("../../bin/hardgrad.js", import.meta.url).pathname;
    const command = `trap '' XFSZ; ulimit -f 40; exec '${process.execPath}' '${bin}' ${args} --quiet --out full`;
    const result = spawnSync("bash", ["-c", command], { cwd, encoding: "utf8" });
    expect(result.stderr.trim()).toMatch(/^cannot write full\/checkpoint.safetensors: .*\.$/);
    expect(result.status).toBe(1);
    expect(
      readdirSync(join(cwd, "full")).filter((f) => f.includes("tmp") || f.includes("checkpoint")),
    ).toEqual([]);
  });
});

test("compare: table, report, results, and a second call with --resume", async () => {
  const cwd = scratch();
  const args = [
    "compare",
    "classifier",
    "--estimators",
    "reinmax,rloo:samples=2",
    "--seeds",
    "2",
    "--epochs",
    "2",
    ...flags,
  ];
  const result = await outside([...args, "--out", "c"], { cwd });
  expect(result.code, result.stderr).toBe(0);
  expect(result.stdout).toContain("rloo:samples=2");
  const { results } = JSON.parse(readFileSync(join(cwd, "c", "results.json"), "utf8"));
  expect(results.length).toBe(2);
  expect(results[0].seeds).toEqual([0, 1]);
  expect(results[0].value).toBeGreaterThanOrEqual(results[1].value);
  const page = readFileSync(join(cwd, "c", "report.html"), "utf8");
  expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(3);
  expect(page.match(/data:image\/png/g)!.length).toBe(24);
  expect(page).not.toMatch(/NaN|undefined|<script/);
  // In the dark only charts change: pictures bring white paper along, and keep their colours.
  const dark = page.slice(page.indexOf("prefers-color-scheme: dark"), page.indexOf("</style>"));
  const changed = dark.match(/\S* ?\S* ?\[(?:fill|stroke)=/g)!;
  expect(changed.length).toBeGreaterThan(10);
  for (const rule of changed) expect(rule).toContain(":is(.broad, .narrow) [");
  const again = await outside([...args, "--resume", "c", "--json"], { cwd });
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout).results).toEqual(results);
});

describe("the autoencoder", () => {
  const cwd = scratch();
  const small = [
    "--train-size",
    "400",
    "--test-size",
    "100",
    "--epochs",
    "2",
    "--hidden",
    "32",
    "--batch",
    "20",
  ];
  test("train: a sentence, a model card, pictures", async () => {
    const result = await outside(["train", "vae", "--estimator", "reinmax", ...small, "--out", "v"], { cwd });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^test -ELBO \d+\.\d\d nats \(best .* nats at epoch \d\)/);
    expect(readdirSync(join(cwd, "v", "figures")).sort()).toEqual([
      "loss-test.svg",
      "loss.svg",
      "pictures.json",
      "reconstructions.svg",
      "samples.svg",
    ]);
    const card = readFileSync(join(cwd, "v", "README.md"), "utf8");
    expect(card).toMatch(/^---\nlicense: mit/);
    expect(card).toContain("4 variables of 8 categories");
    // The published temperature of this experiment is filled in, and said.
    expect(card).toContain("--estimator reinmax:temperature=1.3 ");
    expect(card).toContain("--hidden 32 ");
    expect(card).not.toMatch(/NaN|undefined|accuracy/);
  });
  test("compare: ordered by the lower loss, with the flags of this experiment", async () => {
    const args = [
      "compare",
      "vae",
      "--estimators",
      "reinmax,rloo:samples=2",
      ...small,
      "--latents",
      "bernoulli",
    ];
    const result = await outside([...args, "--out", "c"], { cwd });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain("test -ELBO");
    const { results, command } = JSON.parse(readFileSync(join(cwd, "c", "results.json"), "utf8"));
    expect(results[0].value).toBeLessThanOrEqual(results[1].value);
    expect(results[0].standardError).toBeGreaterThan(0);
    expect(results[0].best).toBeLessThanOrEqual(results[0].value);
    expect(command).toContain("--latents bernoulli");
    const page = readFileSync(join(cwd, "c", "report.html"), "utf8");
    expect(page).toContain("Samples of the prior");
    expect(page).not.toMatch(/NaN|undefined|<script|accuracy/);
  });
  test("help shows the flags of the experiment that is named", async () => {
    const help = await outside(["train", "vae", "--help"], { cwd });
    expect(help.stdout).toContain("--bound-samples");
    expect(help.stdout).toContain("--estimator");
    expect(help.stdout).not.toContain("--hidden-rate");
  });
});
