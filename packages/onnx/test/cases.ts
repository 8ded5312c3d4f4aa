import { numpy as np, random } from "@jax-js/jax";
import { describe, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";
import type { Traceable } from "../src/index.ts";

/** A function and what makes its arguments, anew for each run because jax-js consumes them. */
export type Case = readonly [name: string, fn: Traceable, ...args: (() => unknown)[]];

export const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);
export const ints = (seed: number, shape: number[], low = -7, high = 8): np.Array =>
  random.randint(random.key(seed), { minval: low, maxval: high, shape });
export const words = (seed: number, shape: number[]): np.Array => random.bits(random.key(seed), shape);
export const int = (list: number[] | number[][]): np.Array => np.array(list, { dtype: np.int32 });
export const uint = (list: number[]): np.Array => np.array(list, { dtype: np.uint32 });
export const a = (): np.Array => normal(1, [3, 1, 5]);
export const c = (): np.Array => normal(2, [4, 1]);
export const x1 = (fn: (x: np.Array) => unknown): Traceable => fn;
export const x2 = (fn: (x: np.Array, y: np.Array) => unknown): Traceable => fn;

/** Every case in onnxruntime-node, compiled, and if asked in onnxruntime-web, against jax-js. */
export function testCases(
  groups: { readonly [title: string]: readonly Case[] },
  options: { readonly web?: boolean } = {},
): void {
  for (const [title, list] of Object.entries(groups))
    describe(title, () => {
      for (const [name, fn, ...args] of list)
        test(name, async () => {
          await expectSame(fn, () => args.map((arg) => arg()), options);
        });
    });
}
