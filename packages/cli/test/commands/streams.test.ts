import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { scratch } from "../run.ts";

const bin = fileURLToPath(new URL("../../bin/hardgrad.js", import.meta.url));
const small = ["--train-size", "400", "--test-size", "40", "--hidden", "8", "--batch", "20"];

/** Runs the command and closes its pipes: at once, or after the first bytes. */
function closing(
  args: readonly string[],
  { cwd, streams, at }: { cwd: string; streams: readonly ("stdout" | "stderr")[]; at: "once" | "first" },
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  for (const name of streams)
    if (at === "once") child[name].destroy();
    else child[name].once("data", () => child[name].destroy());
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, stderr })));
}

describe.skipIf(process.platform === "win32")("a reader that goes away", () => {
  test("list, show, JSON: nothing is said about it", async () => {
    const cwd = scratch();
    for (const args of [["list"], ["list", "--json"], ["show", "rloo"], ["figure", "neuron", "--json"], []])
      for (const at of ["once", "first"] as const)
        expect(await closing(args, { cwd, streams: ["stdout"], at }), `${args} ${at}`).toEqual({
          code: 0,
          stderr: "",
        });
  });
  test("a run goes on and its folder is whole, whichever pipe is closed", async () => {
    const cwd = scratch();
    const whole = ["README.md", "checkpoint.safetensors", "config.json", "environment.json"];
    for (const [i, streams] of (
      [["stdout"], ["stderr"], ["stdout", "stderr"]] as ("stdout" | "stderr")[][]
    ).entries()) {
      const args = ["train", "classifier", "--epochs", "2", ...small, "--out", `r${i}`];
      const { code, stderr } = await closing(args, { cwd, streams, at: i === 1 ? "first" : "once" });
      expect(code, stderr).toBe(0);
      expect(stderr).not.toMatch(/EPIPE|Error|at /);
      expect(readdirSync(join(cwd, `r${i}`))).toEqual(expect.arrayContaining([...whole, "figures", "summary.json"])); // biome-ignore format: one thought
    }
  });
  test("a comparison goes on too", async () => {
    const cwd = scratch();
    const args = ["compare", "classifier", "--estimators", "rloo,reinmax", "--epochs", "1", ...small];
    const { code } = await closing([...args, "--out", "c"], { cwd, streams: ["stdout", "stderr"], at: "first" }); // biome-ignore format: one thought
    expect(code).toBe(0);
    expect(existsSync(join(cwd, "c", "report.html"))).toBe(true);
  });
  test.skipIf(!existsSync("/dev/full"))("a full disk behind stdout is said, and fails", () => {
    const { status, stderr } = spawnSync("bash", ["-c", `'${process.execPath}' '${bin}' list > /dev/full`], {
      encoding: "utf8",
    });
    expect(stderr).toBe("cannot write to stdout: the disk is full.\n");
    expect(status).toBe(1);
  });
});

describe.skipIf(process.platform !== "linux")("signals", () => {
  /** A run that is stopped at its first report, by these signals one after another. */
  async function stopped(cwd: string, out: string, signals: readonly NodeJS.Signals[], more: string[] = []) {
    const long = ["--train-size", "2000", "--test-size", "20", "--epochs", "1000", "--batch", "20", ...more];
    const args = ["train", "classifier", ...long, "--checkpoint-every", "100", "--out", out];
    const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    const heard = (text: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => void (text.test(stderr) && resolve());
        child.stderr.on("data", look);
        look();
      });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    for (let i = 0; i < 1200 && !existsSync(join(cwd, out, "checkpoint.safetensors")); i++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    for (const [i, signal] of signals.entries()) {
      child.kill(signal);
      if (i + 1 < signals.length) await heard(/once more stops at once/);
    }
    return { code: await ended, stderr };
  }
  test("SIGTERM saves; the way to go on is said", async () => {
    const cwd = scratch();
    const { code, stderr } = await stopped(cwd, "r", ["SIGTERM"]);
    expect(stderr).toMatch(/stopped at step \d+ of 100000; continue with: npx hardgrad train --resume r$/m);
    expect(code).toBe(130);
  });
  test("a second signal stops at once, between reports; the last checkpoint stays", async () => {
    const cwd = scratch();
    // 2000 hidden units: a hundred steps, from report to report, take long.
    const { code, stderr } = await stopped(cwd, "r", ["SIGINT", "SIGTERM"], ["--hidden", "2000", "--estimator", "rloo:samples=16"]); // biome-ignore format: one thought
    expect(stderr).toMatch(/stopped at once, without saving; go on .*train --resume r$/m);
    expect(code).toBe(130);
    expect(readFileSync(join(cwd, "r", "checkpoint.safetensors")).length).toBeGreaterThan(1000);
  });
});
