import "../setup.ts";
import { jit, nn, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  expertLoad,
  followLoad,
  grad,
  limitCapacity,
  routedBlocks,
  routedExperts,
  startRouterBias,
  topKRouter,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

const { given, c, y, slopes, load } = golden.mixture;
const names = ["x", "gates", "w1", "b1", "w2", "b2"] as const;
type Arguments = { [N in (typeof names)[number]]: np.Array };
const all = (): Arguments =>
  Object.fromEntries(names.map((name) => [name, np.array(given[name] as number[][])])) as Arguments;
const capacity = Math.max(...load);

for (const placing of ["products", "scatter"] as const) {
  const layer = ({ x, gates, w1, b1, w2, b2 }: Arguments, room = capacity): np.Array => {
    const expert = (rows: np.Array): np.Array => {
      const hidden = np.matmul(rows, w1).add(b1.reshape([3, 1, 5]));
      return np.matmul(nn.silu(hidden), w2).add(b2.reshape([3, 1, 2]));
    };
    return routedExperts(x, gates, expert, { capacity: room, placing });
  };
  const loss = (a: Arguments): np.Array => np.sum(np.tanh(layer(a)).mul(np.array(c)));
  describe(`two-layer experts, by ${placing}`, () => {
    test("values, with as much room as needed and with more", () => {
      close(numbers(layer(all())), y.flat());
      close(numbers(layer(all(), 7)), y.flat());
      expect(numbers(layer(all())).slice(4, 6), "token 2 opens none").toEqual([0, 0]);
    });
    test("gradients of all that goes in; those of closed gates are 0", () => {
      for (const fn of [grad(loss), jit(grad(loss))]) {
        const found = fn(all()) as unknown as Arguments;
        for (const name of names) close(numbers(found[name]), slopes[name].flat(2), { within: 1e-5 });
      }
    });
    test("what stands in a row that opens nothing reaches no other, nor a weight", () => {
      const x = given.x.map((row, t) => (t === 2 ? row.map(() => Number.NaN) : row));
      const broken = (): Arguments => ({ ...all(), x: np.array(x) });
      close(numbers(layer(broken(), 7)), y.flat());
      const found = grad((a: Arguments) => np.sum(np.tanh(layer(a, 7)).mul(np.array(c))))(
        broken(),
      ) as unknown as Arguments;
      for (const name of names) close(numbers(found[name]), slopes[name].flat(2), { within: 1e-5 });
    });
  });
}

test("one linear layer is routedBlocks, summed over the experts", () => {
  const normal = (seed: number, shape: number[]) => random.normal(random.key(seed), shape);
  const [w, b, x] = [normal(1, [4, 3, 2]), normal(2, [4, 2]), normal(3, [9, 3])];
  const { gates } = limitCapacity(topKRouter(normal(4, [9, 4]), { k: 2 }), { capacity: 3 });
  const blocks = routedBlocks(x.ref, gates.ref, w.ref, b.ref, { capacity: 3 });
  const wanted = np.sum(blocks.reshape([9, 4, 2]), 1);
  const expert = (rows: np.Array) => np.matmul(rows, w).add(b.reshape([4, 1, 2]));
  close(numbers(routedExperts(x, gates, expert, { capacity: 3 })), numbers(wanted));
});

test("one token", () => {
  const gates = topKRouter(np.array([[0, 2, 1]]), { k: 1 });
  const [weight] = numbers(gates.ref).filter((g) => g !== 0);
  const y1 = routedExperts(np.array([[1, 2]]), gates, (rows) => rows.mul(3), { capacity: 1 });
  close(numbers(y1), [3 * weight!, 6 * weight!]);
});

describe("load", () => {
  test("tokens of each expert, by weight, and what followLoad sees", () => {
    const gates = () => np.array(given.gates);
    expect(numbers(expertLoad(gates()))).toEqual(load);
    const weights = [1, 0, 2, 0.5, 1, 0, 3];
    const broken = given.gates.map((row, t) => (weights[t] === 0 ? [Number.NaN, 5, 5] : row));
    const wanted = load.map((_, e) =>
      given.gates.reduce((sum, row, t) => sum + (row[e] === 0 ? 0 : weights[t]!), 0),
    );
    close(numbers(expertLoad(np.array(broken), { weights: np.array(weights) })), wanted);
    const mean = wanted.reduce((a, b) => a + b, 0) / 3;
    const { bias } = followLoad(startRouterBias(3), gates(), { rate: 0.5, weights: np.array(weights) });
    expect(numbers(bias!)).toEqual(wanted.map((n) => 0.5 * Math.sign(mean - n)));
  });
});

describe("refusals", () => {
  const x = () => np.ones([4, 2]);
  const gates = () => np.ones([4, 3]);
  const same = (rows: np.Array) => rows;
  const cases: [RegExp, () => unknown][] = [
    [/^routedExperts: capacity must be a whole number from 1 to 4, not 0\.$/, () => routedExperts(x(), gates(), same, { capacity: 0 })],
    [/^routedExperts: options must be given by name, as in \{ capacity: \.\.\. \}, not as nothing\.$/, () => routedExperts(x(), gates(), same, undefined as never)],
    [/^routedExperts: the experts must be a function of rows/, () => routedExperts(x(), gates(), x() as never, { capacity: 4 })],
    [/^routedExperts: the experts must give \[3, 2, outputs\] for rows of that shape, not \[3,2\]\.$/, () => routedExperts(x(), gates(), (rows) => np.sum(rows, -1), { capacity: 2 })],
    [/^routedExperts: x \[4,2\] and gates \[3\] do not fit; /, () => routedExperts(x(), np.ones([3]), same, { capacity: 2 })],
    [/^routedExperts: x must be an array of jax-js, not a plain list; /, () => routedExperts([[1]] as never, gates(), same, { capacity: 2 })],
    [/^routedExperts: placing must be "products" or "scatter", not both\.$/, () => routedExperts(x(), gates(), same, { capacity: 2, placing: "both" as never })],
    [/^routedBlocks: bias must be an array of jax-js, not nothing; /, () => routedBlocks(x(), gates(), np.ones([3, 2, 2]), undefined as never, { capacity: 2 })],
    [/^routedBlocks: options must be given by name/, () => routedBlocks(x(), gates(), np.ones([3, 2, 2]), np.ones([3, 2]), undefined as never)],
  ]; // biome-ignore format: a table
  test.each(cases)("%s", (message, call) => {
    expect(call).toThrow(message);
  });
});
