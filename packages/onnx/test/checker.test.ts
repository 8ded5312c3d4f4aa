import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nn, numpy as np, random } from "@jax-js/jax";
import { bernoulli, categorical, grad, reinmax, sample, through } from "hardgrad";
import { expect, test } from "vitest";
import { type LowerOptions, lower, type Traceable } from "../src/index.ts";

const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);
const w1 = normal(1, [6, 8]);
const w2 = normal(2, [8, 5]);

/** Without random numbers in the graph, whose bitwise operators came with opset 18. */
const plain: { readonly [name: string]: readonly [Traceable, ...unknown[]] } = {
  network: [(x: np.Array) => np.matmul(nn.relu(np.matmul(x, w1.ref)), w2.ref), normal(3, [4, 6])],
  unit: [
    (x: np.Array) => np.argmax(np.matmul(np.greater(np.matmul(x, w1.ref), 0).astype(np.float32), w2.ref), -1),
    normal(3, [4, 6]),
  ],
  functions: [
    (x: np.Array) => [
      nn.softmax(x.ref),
      np.tanh(x.ref),
      np.sort(x.ref),
      np.log1p(np.exp(x.ref)),
      np.round(x.ref),
      np.min(x, 0),
    ],
    normal(3, [4, 6]),
  ],
  gradient: [
    (x: np.Array) => grad((a: np.Array) => np.sum(np.square(nn.logSoftmax(np.matmul(a, w1.ref)))))(x),
    normal(3, [4, 6]),
  ],
  gather: [
    (x: np.Array) =>
      grad((a: np.Array) => np.sum(np.square(a.slice(np.array([2, 0, 2], { dtype: np.int32 })))))(x),
    normal(3, [4, 6]),
  ],
};
/** Their random numbers come from outside. */
const sampled: typeof plain = {
  bernoulli: [(x: np.Array, key: np.Array) => sample(bernoulli(x), key), normal(3, [4, 6]), random.key(1)],
  categorical: [
    (x: np.Array, key: np.Array) => sample(categorical(x.reshape([4, 2, 3])), key),
    normal(3, [4, 6]),
    random.key(1),
  ],
  estimator: [
    (x: np.Array, key: np.Array) =>
      grad((a: np.Array) => np.sum(np.square(through(bernoulli(a), reinmax(), key))))(x),
    normal(3, [4, 6]),
    random.key(1),
  ],
};

/** A python3 that has onnx, and the newest version of the operators that it can check; 0 if there is none. */
function findChecker(): { readonly python: string; readonly newest: number } {
  for (const python of ["python3", "/usr/bin/python3"])
    try {
      const program = "import onnx; print(onnx.defs.onnx_opset_version())";
      return { python, newest: Number(execFileSync(python, ["-c", program], { stdio: "pipe" }).toString()) };
    } catch {
      // Not this one.
    }
  return { python: "", newest: 0 };
}

const { python, newest } = findChecker();

function check(
  models: { readonly [name: string]: readonly [Traceable, ...unknown[]] },
  options: LowerOptions,
): string {
  const folder = mkdtempSync(join(tmpdir(), "onnx-"));
  try {
    const paths = Object.entries(models).map(([name, [fn, ...args]]) => {
      const path = join(folder, `${name}.onnx`);
      writeFileSync(path, lower(fn, args, options).model);
      return path;
    });
    return execFileSync(python, [join(import.meta.dirname, "checker.py"), ...paths], {
      encoding: "utf8",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const at17 = newest >= 17 ? test : test.skip;
const atDefault = newest >= 21 ? test : test.skip;

at17("ONNX's checker accepts models of opset 17 (skipped where python3 has no onnx 1.12 or later)", () => {
  const outside = check(sampled, { opset: 17, random: "outside" });
  const lines = [...check(plain, { opset: 17 }).trim().split("\n"), ...outside.trim().split("\n")];
  expect(lines.length).toBe(Object.keys(plain).length + Object.keys(sampled).length);
});

at17("and those with a free batch axis", () => {
  expect(check(plain, { opset: 17, batch: true }).trim().split("\n").length).toBe(Object.keys(plain).length);
});

atDefault("and of opset 21, with random numbers in the graph (skipped where onnx is older than 1.16)", () => {
  expect(
    check({ ...plain, ...sampled }, {})
      .trim()
      .split("\n").length,
  ).toBe(8);
});

test("random numbers in the graph need opset 18", () => {
  const [fn, ...args] = sampled.bernoulli!;
  expect(() => lower(fn, args, { opset: 17 })).toThrow(/opset 18/);
  expect(() => lower(fn, args, { opset: 16 })).toThrow(/from 17 to 22, not 16/);
});
