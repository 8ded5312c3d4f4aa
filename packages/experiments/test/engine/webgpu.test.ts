import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { DeviceLost, guardOf } from "../../src/engine/backends/device-lost.ts";

const script = fileURLToPath(new URL("./on-device.mjs", import.meta.url));
const hardgrad = fileURLToPath(new URL("../../../cli/bin/hardgrad.js", import.meta.url));

/** The module that the command loads, by the same address. */
const jax = pathToFileURL(
  realpathSync(new URL("../../../../node_modules/@jax-js/jax/dist/index.js", import.meta.url)),
).href;

/** Code as a module to import. */
const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** Chromium brings a Vulkan driver in software, SwiftShader, and the loader that Dawn asks for. */
const driver = ["/usr/lib/chromium", "/usr/lib64/chromium-browser", "/opt/google/chrome"]
  .map((folder) => join(folder, "vk_swiftshader_icd.json"))
  .find((file) => existsSync(file) && existsSync(join(dirname(file), "libvulkan.so.1")));

function node(args: readonly string[], env: { [name: string]: string }, cwd?: string) {
  const result = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    // A GPU in software, on a machine that may be busy.
    timeout: 280_000,
    ...(cwd ? { cwd } : {}),
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr.trim().split("\n").at(-1) };
}

describe.skipIf(!driver)(
  `a GPU from Node (SwiftShader${driver ? "" : " is not here: no chromium"})`,
  { timeout: 300_000 },
  () => {
    const gpu = driver ? { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver) } : {};
    const on = (...args: string[]) => {
      const { code, stdout, stderr } = node([script, ...args], gpu);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };

    test("the same random bits as wasm, and the same losses", () => {
      const [wasm, webgpu] = [on("wasm"), on("webgpu")];
      expect(webgpu.bits).toEqual(wasm.bits);
      for (const [name, losses] of Object.entries<number[]>(wasm.losses)) {
        expect(webgpu.losses[name].length).toBe(losses.length);
        // Sums are in another order. They agree to 6 digits here; other drivers may round differently.
        for (const [i, loss] of losses.entries())
          expect(Math.abs(webgpu.losses[name][i] / loss - 1), name).toBeLessThan(1e-4);
      }
    });

    test("a GPU that is lost fails what runs and what comes after, and nothing hangs", () => {
      const failures = on("webgpu", "lose");
      expect(failures.length).toBe(3);
      for (const failure of failures)
        expect(failure).toEqual([true, expect.stringMatching(/^the GPU was lost \(/)]);
    });

    test("train stops with its checkpoint and says how to go on", () => {
      const cwd = mkdtempSync(join(tmpdir(), "hardgrad-gpu-"));
      const loss = `
      import { existsSync, readFileSync } from "node:fs";
      const timer = setInterval(async () => {
        if (!existsSync("run/metrics.jsonl") || readFileSync("run/metrics.jsonl", "utf8").split("\\n").length < 4) return;
        clearInterval(timer);
        const { getWebGPUDevice } = await import(${JSON.stringify(jax)});
        getWebGPUDevice().destroy();
      }, 5);`;
      const flags =
        "--epochs 60 --train-size 200 --test-size 50 --batch 20 --hidden 10 --checkpoint-every 10";
      const args = ["train", "classifier", ...flags.split(" "), "--device", "webgpu", "--out", "run"];
      const { code, stderr } = node(["--import", moduleOf(loss), hardgrad, ...args], gpu, cwd);
      expect(code, stderr).toBe(1);
      const saved =
        /the GPU was lost \(.*\) after step \d+ of 600; the run is saved up to step (\d+), continue with: (.*)$/.exec(
          stderr!,
        );
      expect(saved, stderr).not.toBeNull();
      // Three epochs of 10 steps were reported; the third may not have been saved yet.
      expect(Number(saved![1])).toBeGreaterThanOrEqual(20);
      expect(saved![2]).toBe("npx hardgrad train --resume run --device webgpu");
      // Goes on where there is no GPU, too.
      const resumed = node([hardgrad, "train", "--resume", "run", "--quiet"], {}, cwd);
      expect(resumed.code, resumed.stderr).toBe(0);
    });
  },
);

describe("no GPU", () => {
  const train = "train classifier --epochs 1 --train-size 200 --test-size 50 --device webgpu --out run".split(
    " ",
  );
  const cwd = () => mkdtempSync(join(tmpdir(), "hardgrad-gpu-"));

  test.skipIf(process.platform !== "linux")("no driver: one sentence", () => {
    const { code, stderr } = node(
      [hardgrad, ...train],
      { VK_ICD_FILENAMES: "/nowhere", LD_LIBRARY_PATH: "" },
      cwd(),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^device webgpu: no GPU with a driver was found here; use --device auto.*\.$/);
  });

  test("no peer: one sentence with the command that installs it", () => {
    const hide = `import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent(
      "export const resolve = (name, context, next) => { if (name !== 'webgpu') return next(name, context);" +
      " throw Object.assign(new Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' }); };"));`;
    const { code, stderr } = node(["--import", moduleOf(hide), hardgrad, ...train], {}, cwd());
    expect(code).toBe(2);
    expect(stderr).toMatch(/^device webgpu needs the package webgpu in Node.*npm install webgpu.*\.$/);
  });
});

describe("the guard of a device", () => {
  function device() {
    let lose: (info: { reason: string; message: string }) => void = () => {};
    let fail: (event: { error: { message: string } }) => void = () => {};
    const lost = new Promise<{ reason: string; message: string }>((resolve) => {
      lose = resolve;
    });
    const addEventListener = (_: string, listener: typeof fail): void => {
      fail = listener;
    };
    return {
      guard: guardOf({ lost, addEventListener }),
      lose,
      fail: (message: string) => fail({ error: { message } }),
    };
  }

  test("work that would never end is rejected; results are passed on; other errors stay what they are", async () => {
    const { guard, lose } = device();
    expect(await guard(async () => 5)).toBe(5);
    await expect(guard(() => Promise.reject(new RangeError("mine")))).rejects.toThrow(RangeError);
    const stuck = guard(() => new Promise(() => {}));
    lose({ reason: "unknown", message: "" });
    await expect(stuck).rejects.toThrow(new DeviceLost("the GPU was lost (unknown)"));
    await expect(guard(async () => 5)).rejects.toThrow(DeviceLost);
  });

  test("an error that WebGPU reports beside the call, such as no memory, is not passed over", async () => {
    const { guard, fail } = device();
    const work = guard(async () => {
      fail("out of memory");
      return 0;
    });
    await expect(work).rejects.toThrow(/^the GPU failed \(out of memory\)$/);
  });
});
