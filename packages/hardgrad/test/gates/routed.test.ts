import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { expandGates, grad, type RoutedOptions, routedBlocks, routedOverflow } from "../../src/index.ts";
import { close } from "../close.ts";

const [batch, inputs, blocks, units] = [12, 7, 5, 8];
const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);

/** Gates whose values are not all 1, closed where the probability is below the rate; block 3 is closed for all. */
function gatesOf(rate: number, seed: number): np.Array {
  const open = np.less(random.uniform(random.key(seed), [batch, blocks]), rate).astype(np.float32);
  const used = np.notEqual(np.arange(blocks), 3).astype(np.float32);
  return open.mul(used).mul(random.uniform(random.key(seed + 1), [batch, blocks]).add(0.5));
}

type Arguments = { x: np.Array; gates: np.Array; weights: np.Array; bias: np.Array };

function argumentsOf(rate: number, seed: number): Arguments {
  return {
    x: normal(seed, [batch, inputs]),
    gates: gatesOf(rate, seed + 10),
    weights: normal(seed + 1, [blocks, inputs, units]),
    bias: normal(seed + 2, [blocks, units]),
  };
}

const dense = ({ x, gates, weights, bias }: Arguments): np.Array => {
  const wide = weights.transpose([1, 0, 2]).reshape([inputs, blocks * units]);
  return expandGates(gates, units).mul(np.matmul(x, wide).add(bias.reshape([blocks * units])));
};
const routed =
  (options: RoutedOptions) =>
  ({ x, gates, weights, bias }: Arguments): np.Array =>
    routedBlocks(x, gates, weights, bias, options);

/** A loss that is not linear in the outputs. */
const lossOf =
  (layer: (a: Arguments) => np.Array, target: np.Array) =>
  (a: Arguments): np.Array =>
    np.sum(np.square(np.tanh(layer(a)).sub(target.ref)));

const numbers = async (a: np.Array): Promise<number[]> => [...((await a.data()) as Float32Array)];

for (const placing of ["products", "scatter"] as const)
  describe(`routed blocks by ${placing}`, () => {
    test.each([0, 0.1, 0.3, 1])("rate %f: outputs and gradients of the dense masked layer", async (rate) => {
      for (const seed of [1, 100]) {
        const counts = await numbers(np.sum(np.notEqual(gatesOf(rate, seed + 10), 0).astype(np.float32), 0));
        const capacity = Math.max(1, ...counts);
        const options = { capacity, placing };
        expect(await numbers(routedOverflow(gatesOf(rate, seed + 10), capacity))).toEqual([0]);
        // Sums of 7 terms of about 1, in another order.
        close(
          await numbers(routed(options)(argumentsOf(rate, seed))),
          await numbers(dense(argumentsOf(rate, seed))),
          { within: 5e-5 },
        );
        const target = normal(seed + 5, [batch, blocks * units]);
        const wanted = grad(lossOf(dense, target))(argumentsOf(rate, seed)) as unknown as Arguments;
        const given = grad(lossOf(routed(options), target))(argumentsOf(rate, seed)) as unknown as Arguments;
        // Sums of up to 40 such terms.
        for (const name of ["x", "weights", "bias"] as const)
          close(await numbers(given[name]), await numbers(wanted[name]), { within: 5e-4 });
        const gates = await numbers(gatesOf(rate, seed + 10));
        const [own, masked] = [await numbers(given.gates), await numbers(wanted.gates)];
        close(
          own,
          masked.map((g, i) => (gates[i] === 0 ? 0 : g)),
          { within: 5e-4 },
        );
      }
    });
  });

describe("one example that is broken", () => {
  const broken = 4;
  const [rowX, rowY] = [inputs, blocks * units];
  const ofOthers = (values: readonly number[], width: number): number[] =>
    values.filter((_, i) => Math.floor(i / width) !== broken);
  const ofOne = (values: readonly number[], width: number): number[] =>
    values.filter((_, i) => Math.floor(i / width) === broken);
  const replaced = (x: np.Array, width: number, value: number): np.Array => {
    const here = np.equal(np.arange(batch).reshape([batch, 1]), broken);
    return np.where(np.broadcastTo(here, [batch, width]), value, x);
  };
  const values = [Number.NaN, Number.POSITIVE_INFINITY];

  for (const placing of ["products", "scatter"] as const)
    for (const compiled of [false, true])
      test.each(values)(`%d stays in its own row, by ${placing}, compiled ${compiled}`, async (value) => {
        const options = { capacity: batch, placing };
        const run = (layer: (a: Arguments) => np.Array): typeof layer => (compiled ? jit(layer) : layer);
        const clean = await numbers(run(routed(options))(argumentsOf(0.5, 1)));
        for (const name of ["x", "gates"] as const) {
          const a = argumentsOf(0.5, 1);
          const width = name === "x" ? inputs : blocks;
          const y = await numbers(run(routed(options))({ ...a, [name]: replaced(a[name], width, value) }));
          expect(ofOthers(y, rowY)).toEqual(ofOthers(clean, rowY));
          expect(ofOne(y, rowY).some((v) => !Number.isFinite(v))).toBe(true);
        }
        // A loss that is broken for one example: the gradients of the others' inputs and gates are what they were.
        const gradients = async (of: number): Promise<{ x: number[]; gates: number[] }> => {
          const weights = replaced(np.ones([batch, rowY]), rowY, of);
          const loss = (a: Arguments): np.Array => np.sum(routed(options)(a).mul(weights.ref));
          const slope = grad(loss) as unknown as (a: Arguments) => Arguments;
          const g = (compiled ? jit(slope) : slope)(argumentsOf(0.5, 1));
          return { x: await numbers(g.x), gates: await numbers(g.gates) };
        };
        const [right, given] = [await gradients(1), await gradients(value)];
        expect(ofOthers(given.x, rowX)).toEqual(ofOthers(right.x, rowX));
        expect(ofOthers(given.gates, blocks)).toEqual(ofOthers(right.gates, blocks));
        expect(ofOne(given.x, rowX).some((v) => !Number.isFinite(v))).toBe(true);
      });
});

test("more open examples than there is room for: the overflow says how many are left out", async () => {
  const full = (): np.Array => np.ones([batch, blocks]);
  expect(await numbers(routedOverflow(full(), 10))).toEqual([2 * blocks]);
  const a = argumentsOf(1, 3);
  a.gates.dispose();
  const y = await numbers(routed({ capacity: 10 })({ ...a, gates: full() }));
  const zeroRows = Array.from({ length: batch }, (_, n) =>
    y.slice(n * blocks * units, (n + 1) * blocks * units).every((v) => v === 0),
  );
  expect(zeroRows.filter(Boolean)).toHaveLength(2);
});

test("refused: capacities that make no sense, shapes that do not fit", () => {
  for (const capacity of [0, 1.5, batch + 1]) {
    const { x, gates, weights, bias } = argumentsOf(0.5, 1);
    expect(() => routedBlocks(x, gates, weights, bias, { capacity })).toThrow("routedBlocks: capacity");
  }
  const { x, gates, weights, bias } = argumentsOf(0.5, 1);
  expect(() => routedBlocks(x, gates.transpose(), weights, bias, { capacity: 2 })).toThrow("do not fit");
});
