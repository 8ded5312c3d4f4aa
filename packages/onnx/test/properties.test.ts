import { numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";

/** Fixed seed: a failure is found again. Each run makes a model or two, so few runs. */
const settings = { seed: 4, numRuns: 40 };
const dim = fc.integer({ min: 1, max: 4 });
const shape = fc.array(dim, { minLength: 1, maxLength: 4 });
const normal = (seed: number, of: readonly number[]): np.Array => random.normal(random.key(seed), [...of]);

/** Two shapes that broadcast: some axes of either are 1, and leading ones are missing. */
const pair = shape.chain((full) =>
  fc.tuple(
    ...[0, 1].map(() =>
      fc
        .tuple(
          fc.integer({ min: 0, max: full.length - 1 }),
          fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        )
        .map(([missing, ones]) => full.map((d, i) => (ones[i] ? 1 : d)).slice(missing)),
    ),
  ),
);

test("operands of any shapes broadcast", () =>
  fc.assert(
    fc.asyncProperty(pair, async ([p, q]) => {
      const fn = (x: np.Array, y: np.Array): np.Array =>
        np.where(np.less(x.ref, y.ref), x.ref.mul(y.ref), x.sub(y));
      await expectSame(fn, () => [normal(1, p!), normal(2, q!)]);
    }),
    settings,
  ));

test("broadcasts, reshapes, transposes and sums in any order", () =>
  fc.assert(
    fc.asyncProperty(pair, fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }), async ([p, q], steps) => {
      const fn = (x: np.Array, y: np.Array): np.Array => {
        let z = x.add(y);
        for (const step of steps) {
          const last = z.shape.length - 1;
          if (step === 0) z = np.broadcastTo(z.reshape([...z.shape, 1]), [...z.shape, 3]);
          if (step === 1) z = z.reshape([-1]);
          if (step === 2) z = np.transpose(z);
          if (step === 3 && last > 0) z = np.sum(z, last).mul(0.5);
          if (step === 4) z = np.broadcastTo(np.max(z.ref, 0, { keepdims: true }), z.shape).sub(z);
          if (step === 5 && last > 0) z = z.reshape([z.shape[0]! * z.shape[1]!, ...z.shape.slice(2)]);
        }
        return z;
      };
      await expectSame(fn, () => [normal(1, p!), normal(2, q!)]);
    }),
    settings,
  ));

test("products of any two operands that fit, with batch axes on either side or both", () =>
  fc.assert(
    fc.asyncProperty(pair, dim, dim, dim, async ([p, q], rows, inner, columns) => {
      const fn = (x: np.Array, y: np.Array): np.Array => np.matmul(x, y);
      await expectSame(fn, () => [normal(1, [...p!, rows, inner]), normal(2, [...q!, inner, columns])]);
    }),
    settings,
  ));

test("slices, pads, flips and joins along any axis", () =>
  fc.assert(
    fc.asyncProperty(shape, fc.nat(3), fc.nat(3), fc.nat(2), async (of, a, start, width) => {
      const axis = a % of.length;
      const from = start % of[axis]!;
      const fn = (x: np.Array): np.Array => {
        const index = of.map((_, i) => (i === axis ? [from] : []));
        const part = x.ref.slice(...(index as never[]));
        const flipped = np.flip(np.concatenate([part, x], axis), axis);
        return np.pad(
          flipped,
          of.map((_, i) => (i === axis ? [width, 1] : [0, 0]) as [number, number]),
        );
      };
      await expectSame(fn, () => [normal(1, of)]);
    }),
    settings,
  ));

test("random bits of any shape under keys of any shape", () =>
  fc.assert(
    fc.asyncProperty(shape, fc.nat(), async (of, seed) => {
      const fn = (key: np.Array): np.Array[] => {
        const keys = random.split(key, 3);
        return [random.bits(keys.ref.slice(1), of), random.uniform(keys.slice(2), of)];
      };
      await expectSame(fn, () => [random.key(seed)], { tolerance: 0 });
    }),
    settings,
  ));
