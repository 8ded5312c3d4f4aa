import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { keptStep } from "../../src/run-folder/checkpoint.ts";
import { held, rowsIn, scratch, start, until } from "../run.ts";

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
  /** A run that gets these signals in its middle, all at once. */
  async function stopped(cwd: string, ...signals: readonly NodeJS.Signals[]) {
    const args = ["train", "classifier", "--epochs", "4", ...small, "--checkpoint-every", "20", "--out", "r"];
    const { env, letGo } = held("", 2);
    const { child, ended } = start(args, cwd, env);
    await until("two rows", () => rowsIn(join(cwd, "r")) >= 2);
    for (const signal of signals) child.kill(signal);
    letGo();
    return ended;
  }
  test("SIGTERM saves; the way to go on is said", async () => {
    const cwd = scratch();
    const { code, stderr } = await stopped(cwd, "SIGTERM");
    expect(stderr).toMatch(/stopped at step 60 of 80; continue with: npx hardgrad train --resume r$/m);
    expect(code).toBe(130);
    expect(keptStep(join(cwd, "r"))).toBe(60);
  });
  test("a second signal stops at once, between reports; the last checkpoint stays", async () => {
    const cwd = scratch();
    const { code, stderr } = await stopped(cwd, "SIGINT", "SIGTERM");
    expect(stderr).toMatch(/stopping after the next report, and saving; once more stops at once$/m);
    expect(stderr).toMatch(/stopped at once, without saving; go on .*train --resume r$/m);
    expect(code).toBe(130);
    expect(keptStep(join(cwd, "r"))).toBe(40);
  });
});
