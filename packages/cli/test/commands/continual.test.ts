import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRuntime } from "@hardgrad/runtime";
import { describe, expect, test } from "vitest";
import { noBlas } from "../../../../test/native.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/run-folder/checkpoint.ts";
import { hardgrad, held, rowsIn, scratch, start, until } from "../run.ts";

const small = [
  "--train-size",
  "600",
  "--test-size",
  "150",
  "--layers",
  "16-12",
  "--epochs",
  "3",
  "--batch",
  "20",
];
const base = ["train", "continual", ...small, "--tasks", "2", "--device", "wasm", "--quiet"];

describe("tasks one after another, from the command line", async () => {
  const cwd = scratch();
  const folder = join(cwd, "run");
  const whole = await hardgrad([...base, "--out", "run", "--checkpoint-every", "20"], { cwd });

  test("the whole story: the method beside finetune and the naive way, certificates, figures", () => {
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stdout).toMatch(/average accuracy \d/);
    expect(whole.stdout).toMatch(/backward transfer 0.00 %/);
    expect(whole.stdout).toMatch(/certificates that hold 2\n/);
    expect(whole.stdout).toMatch(/finetune: average accuracy/);
    expect(whole.stdout).toMatch(/naive: average accuracy/);
    const svg = readFileSync(join(folder, "figures", "continual.svg"), "utf8");
    for (const title of [
      "finetune: accuracy of each task",
      "naive: accuracy after each task",
      "hat: share of a task",
      "hat: microseconds per image",
    ])
      expect(svg).toContain(title);
    const features = readFileSync(join(folder, "figures", "features.svg"), "utf8");
    expect(features.match(/<image /g)).toHaveLength(2 * 8);
  });
  test("verify says that every certificate holds; figure draws the run, its numbers as CSV", async () => {
    const verified = await hardgrad(["verify", "run", "--device", "wasm"], { cwd });
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout.match(/not a bit has changed in 6 arrays, nor in the class scores/g)).toHaveLength(
      2,
    );
    expect((await hardgrad(["figure", "continual", "--run", "run", "--out", "f.csv"], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "f.csv"), "utf8")).toMatch(/^x,y,task,value,panel,learner\n/);
  });
  test.skipIf(noBlas)(`on another device the class scores are not compared${noBlas}`, async () => {
    const other = await hardgrad(["verify", "run", "--device", "native", "--json"], { cwd });
    expect(JSON.parse(other.stdout).reports[0].sentence).toMatch(/the class scores were not compared/);
  });
  test("export: one task's network as ONNX and for the runtime, with nothing but its own units", async () => {
    const onnx = await hardgrad(["export", "run", "--which", "task-2", "--json"], { cwd });
    expect(onnx.code, onnx.stderr).toBe(0);
    const [model] = JSON.parse(onnx.stdout).files;
    expect(model.outputs.map((o: { name: string }) => o.name)).toEqual(["class", "probabilities", "scores"]);
    expect(model.difference).toBeLessThan(1e-5); // what models are held to
    const files = await hardgrad(["export", "run", "--format", "runtime", "--json"], { cwd });
    expect(files.code, files.stderr).toBe(0);
    const written = JSON.parse(files.stdout).files;
    expect(written.map((f: { name: string }) => f.name)).toEqual(["task-1", "task-2"]);
    for (const { checked, file } of written) {
      expect(checked.flipped).toBe(0); // nothing is decided within: only sums round
      expect(checked.accuracy.file).toBe(checked.accuracy.jax);
      const runtime = await loadRuntime(new Uint8Array(readFileSync(join(cwd, file))));
      expect([runtime.inputs, runtime.outputs]).toEqual([784, 5]);
      // The whole network has 784 x 16 + 16 x 12 + 12 x 10 weights.
      expect(readFileSync(join(cwd, file)).length).toBeLessThan(4 * 12856);
    }
    expect((await hardgrad(["export", "run", "--which", "task-9"], { cwd })).stderr).toMatch(
      /no model "task-9"/,
    );
  });
  test("a changed weight is found and named, by verify and by resuming", async () => {
    const altered = join(cwd, "altered");
    mkdirSync(altered);
    for (const name of readdirSync(folder).filter((n) => !["figures", "export", "summary.json"].includes(n)))
      copyFileSync(join(folder, name), join(altered, name));
    const file = join(altered, "checkpoint.safetensors");
    const checkpoint = readCheckpoint(file);
    const unit = checkpoint.tensors["memory.gate2"]!.data.indexOf(1);
    checkpoint.tensors["params.b2"]!.data[unit]! += 1e-6;
    // Written whole again, so that the file's own checksum says nothing.
    writeCheckpoint(file, checkpoint);
    const verified = await hardgrad(["verify", "altered"], { cwd });
    expect(verified.code).toBe(1);
    expect(verified.stdout).toMatch(/task 1 .*: the certificate does not hold: .* have changed in b2/);
    expect(verified.stderr).toMatch(/of 2 certificates do not hold/);
    const exported = await hardgrad(["export", "altered"], { cwd });
    expect(exported.code).toBe(1);
    expect(exported.stderr).toMatch(/cannot export altered: task 1 .* have changed in b2/);
    const resumed = await hardgrad(["train", "--resume", "altered", "--quiet"], { cwd });
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toMatch(/b2.*altered after it was written/);
    const bytes = readFileSync(file);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(file, bytes);
    expect((await hardgrad(["verify", "altered"], { cwd })).stderr).toMatch(/its checksum differs/);
  });
  test("stopped by Ctrl-C and resumed: the same checkpoint", async () => {
    const { env, letGo } = held("", 3);
    const { child, ended } = start([...base, "--out", "stopped", "--checkpoint-every", "1000"], cwd, env);
    await until("three rows", () => rowsIn(join(cwd, "stopped")) >= 3);
    child.kill("SIGINT");
    letGo();
    expect((await ended).code).toBe(130);
    const resumed = await hardgrad(["train", "--resume", "stopped", "--device", "wasm", "--quiet"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    const [a, b] = ["run", "stopped"].map((run) => readCheckpoint(join(cwd, run, "checkpoint.safetensors")));
    expect(a!.tensors).toEqual(b!.tensors);
    expect(a!.record.texts).toEqual(b!.record.texts);
  });
});

test("bad input is one sentence", async () => {
  const cases: [string[], RegExp][] = [
    [["train", "continual", "--tasks", "4"], /10 classes can't be split into 4 tasks of equal size/],
    [["train", "continual", "--method", "xdg", "--scenario", "class"], /xdg needs to be told the task/],
    [["train", "continual", "--layers", "none"], /nothing to gate/],
    [
      ["train", "continual", "--estimator", "rloo", "--gates", "hard"],
      /rloo has no gradient for deterministic gates/,
    ],
    [
      ["train", "continual", "--estimator", "local-expectation"],
      /local-expectation evaluates the network \d+ times per step/,
    ],
    [["train", "continual", "--method", "ewcc"], /--method must be one of finetune/],
    [["figure", "continual"], /--run runs\/NAME/],
    [["figure", "continual", "--run", "nowhere"], /nowhere: it does not exist; give the folder of a run/],
    [["verify", "nowhere"], /^cannot verify nowhere: it does not exist; give the folder of a run/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stderr } = await hardgrad(args);
    expect(code, args.join(" ")).toBeGreaterThan(0);
    expect(stderr).toMatch(sentence);
  }
});
