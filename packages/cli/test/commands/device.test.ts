import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBlas } from "@hardgrad/compiler";
import { describe, expect, test } from "vitest";
import { hardgrad, scratch, spawned } from "../run.ts";

const blas = await loadBlas({ threads: 1 });
const small = [
  "--epochs",
  "1",
  "--batch",
  "50",
  "--hidden",
  "10",
  "--train-size",
  "1000",
  "--test-size",
  "200",
];
const train = ["train", "classifier", "--estimator", "reinmax", ...small];
const read = (...parts: string[]) => JSON.parse(readFileSync(join(...parts), "utf8"));

/** Node's options under which there is no package koffi. */
function withoutKoffi(): { [name: string]: string } {
  const hook = `
    import Module from "node:module";
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => {
      if (name === "koffi") throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
      return resolve(name, ...rest);
    };`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}` };
}

/** An environment in which the only library is none. */
function withoutBlas(cwd: string): { [name: string]: string } {
  const file = join(cwd, "no-library.so");
  writeFileSync(file, "text");
  return { HARDGRAD_BLAS: file };
}

describe.skipIf("reason" in blas)("where there is a BLAS (needs one, and koffi)", () => {
  test("auto is native, one line says so, and the results record it", async () => {
    const cwd = scratch();
    const { code, stdout, stderr } = await hardgrad([...train, "--threads", "1", "--json", "--out", "run"], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    const { name } = blas as { name: string };
    expect(stderr.match(/^device .*$/gm)).toEqual([`device native (${name}, 1 thread)`]);
    const environment = { device: "native", products: name, threads: 1 };
    expect(read(cwd, "run", "environment.json")).toMatchObject(environment);
    expect(JSON.parse(stdout).environment).toMatchObject(environment);
    expect(readFileSync(join(cwd, "run", "README.md"), "utf8")).toContain(
      `device native (${name}, 1 thread) on `,
    );
    const quiet = await hardgrad([...train, "--quiet", "--out", "quiet"], { cwd });
    expect([quiet.code, quiet.stderr]).toEqual([0, ""]);
  });

  test("a comparison says it once, and its report and results record it", () => {
    const cwd = scratch();
    const flags = ["--estimators", "reinmax,disarm", ...small, "--jobs", "2", "--threads", "1"];
    const { code, stdout, stderr } = spawned(["compare", "classifier", ...flags, "--json", "--out", "both"], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    const { name } = blas as { name: string };
    expect(stderr.match(/device native/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      environment: { device: "native", products: name, threads: 1 },
      computers: [`native (${name}, 1 thread)`],
    });
    expect(read(cwd, "both", "reinmax-seed0", "environment.json").products).toBe(name);
    expect(readFileSync(join(cwd, "both", "report.html"), "utf8")).toContain(
      `device native (${name}, 1 thread) on `,
    );
  });

  test("a run that continues elsewhere says what may change, once; on the same device it has the same bits", async () => {
    const cwd = scratch();
    const bytes = (name: string) => readFileSync(join(cwd, name, "checkpoint.safetensors"));
    const native = ["--threads", "1", "--quiet"];
    const wasm = ["--device", "wasm", "--threads", "1", "--quiet"];
    const more = ["--epochs", "2"];
    for (const [name, flags] of [
      ["native", native],
      ["wasm", wasm],
    ] as const) {
      expect((await hardgrad([...train, ...flags, "--out", name], { cwd })).code).toBe(0);
      expect((await hardgrad([...train, ...flags, ...more, "--out", `${name}-whole`], { cwd })).code).toBe(0);
      const on = await hardgrad(
        ["train", "--resume", name, ...more, ...flags.filter((f) => f !== "--quiet")],
        {
          cwd,
        },
      );
      expect([on.code, on.stderr]).toEqual([0, expect.not.stringMatching(/drift/)]);
      expect(bytes(name).equals(bytes(`${name}-whole`))).toBe(true);
      expect(read(cwd, name, "environment.json").continued).toBeUndefined();
    }
    const on = await hardgrad(["train", "--resume", "native", "--epochs", "3", "--device", "wasm"], { cwd });
    expect(on.code, on.stderr).toBe(0);
    expect(on.stderr.match(/^this run continues on device wasm .* trained on native .*drift apart.*\.$/gm)).toHaveLength(1); // biome-ignore format: one claim
    expect(read(cwd, "native", "environment.json").continued).toMatchObject([{ step: 40, device: "wasm" }]);
    expect(readFileSync(join(cwd, "native", "README.md"), "utf8")).toMatch(
      /1 thread\); from step 40 wasm \(WebAssembly/,
    );
    const again = await hardgrad(["train", "--resume", "native", "--epochs", "4", "--device", "wasm"], {
      cwd,
    });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringMatching(/drift/)]);
  });
});

describe("where there is no BLAS", () => {
  test("auto is wasm, and one line says what would be faster and by which command", () => {
    const cwd = scratch();
    const run = spawned([...train, "--out", "run"], { cwd, env: withoutKoffi() });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(
      /^device wasm \(WebAssembly.*, \d+ threads?\); a BLAS would be faster\. .*koffi, which is not installed; run `npm install .*koffi.*`\.$/m,
    );
    expect(read(cwd, "run", "environment.json")).toMatchObject({
      device: "wasm",
      threads: expect.any(Number),
    });
  });

  test("native is refused with the command, and wasm asked for by name needs nothing", async () => {
    const missing = spawned([...train, "--device", "native"], { env: withoutKoffi() });
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toMatch(
      /^device native: .*run `npm install .*koffi.*`\. Device wasm needs nothing\.$/m,
    );
    const cwd = scratch();
    const env = withoutBlas(cwd);
    const broken = await hardgrad([...train, "--device", "native"], { cwd, env });
    expect([broken.code, broken.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^device native: The library .*no-library\.so of HARDGRAD_BLAS .*; set it to another one/,
      ),
    ]);
    const wasm = await hardgrad([...train, "--device", "wasm"], { cwd, env });
    expect([wasm.code, wasm.stderr]).toEqual([
      0,
      expect.stringMatching(/^device wasm \(WebAssembly[^)]*\)$/m),
    ]);
  });
});

test("threads are of native and wasm, and webgpu refuses them", async () => {
  for (const command of [train, ["compare", "classifier"], ["verify", "nowhere"], ["judge", "nowhere"]]) {
    const { code, stderr } = await hardgrad([...command, "--device", "webgpu", "--threads", "2"]);
    expect([code, stderr]).toEqual([
      2,
      "--threads is for --device native and wasm, not webgpu; leave it out.\n",
    ]);
  }
  const many = await hardgrad([...train, "--threads", "0"]);
  expect([many.code, many.stderr]).toEqual([
    2,
    expect.stringMatching(/^--threads must be a whole number from 1 /),
  ]);
});

test("an audit, which has no compiled step, does not take native, and says so", async () => {
  for (const device of ["native", "auto"]) {
    const { code, stdout, stderr } = await hardgrad(["audit", "reinmax", "--device", device]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`--device ${device} is for training; use --device wasm or webgpu for an audit.\n`);
  }
});
