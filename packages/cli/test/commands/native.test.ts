import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratch, spawned } from "../run.ts";

const flags = ["--device", "native", "--epochs", "1", "--batch", "500", "--hidden", "10"];

/** Node's options that put another module, or an error, in the place of onnxruntime-node. */
function instead(of: string): { [name: string]: string } {
  const hooks = `export const resolve = async (name, context, next) => {
    if (name !== "onnxruntime-node") return next(name, context);
    ${of}
  };`;
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const main = `import { register } from "node:module"; register(${JSON.stringify(url(hooks))});`;
  return { NODE_OPTIONS: `--import ${url(main)}` };
}
const missing = `throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });`;
const old = `return { url: "data:text/javascript,export const env = { versions: { node: '1.15.1' } }", shortCircuit: true };`;

describe("--device native", () => {
  test("trains, and a comparison of it runs in workers", () => {
    const cwd = scratch();
    const run = spawned(["train", "classifier", "--estimator", "reinmax", "--out", "run", ...flags], {
      cwd,
    });
    expect(run.stderr).not.toMatch(/wasm/);
    expect(run.code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, "run", "environment.json"), "utf8")).device).toBe("native");
    const both = [
      "compare",
      "classifier",
      "--estimators",
      "reinmax,disarm",
      "--json",
      "--out",
      "both",
      ...flags,
    ];
    const compared = spawned(both, { cwd });
    expect(compared.code).toBe(0);
    expect(JSON.parse(compared.stdout).results).toHaveLength(2);
  });

  test("without onnxruntime-node it says how to install it, and wasm still works", () => {
    const env = instead(missing);
    const run = spawned(["train", "classifier", ...flags], { env });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(
      /device native needs the package onnxruntime-node, which is not installed; run `npm install .*onnxruntime-node`, or use --device wasm\./,
    );
    expect(spawned(["train", "classifier", ...flags, "--device", "wasm"], { env }).code).toBe(0);
  });

  test("a version that is not supported is named, with the one that is", () => {
    const run = spawned(["train", "classifier", ...flags], { env: instead(old) });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      /needs onnxruntime-node 1\.20 or later and below 2, and 1\.15\.1 is installed/,
    );
  });

  test("an audit, which has no compiled step, does not take it", () => {
    const run = spawned(["audit", "reinmax", "--device", "native"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/use --device wasm for an audit/);
  });
});
