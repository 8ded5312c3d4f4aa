import "./setup.ts";
import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { bernoulli, scan, straightThroughSigmoid, through, valueAndGrad } from "../src/index.ts";
import { close, numbers } from "./close.ts";
import { watchSlots } from "./estimators/slots.ts";

const slots = await watchSlots();

type Params = { w: np.Array; b: np.Array };
type State = { h: np.Array };
type Input = { x: np.Array; key: np.Array };
type Output = { y: np.Array; h: np.Array };

/** A small recurrent network with drawn units: keys among the inputs, trees everywhere. */
const step = ({ w, b }: Params, { h }: State, { x, key }: Input): [State, Output] => {
  const next = np.tanh(np.matmul(h, w).add(x).add(b));
  const y = through(bernoulli(next.ref.mul(2)), straightThroughSigmoid(), key);
  return [{ h: next.ref }, { y, h: next }];
};
const T = 13;
const params = (): Params => ({ w: random.normal(random.key(1), [3, 3]), b: np.array([0.1, -0.2, 0.3]) });
const state = (): State => ({ h: random.normal(random.key(2), [2, 3]) });
const inputs = (): Input => ({
  x: random.normal(random.key(3), [T, 2, 3]),
  key: random.split(random.key(4), T),
});
const target = (): np.Array => random.normal(random.key(5), [T, 2, 3]);
const loss = (p: Params, { y, h }: Output, last: State, wanted: np.Array): np.Array =>
  np.mean(np.square(y.sub(wanted)).add(np.square(h))).add(np.sum(last.h).mul(0.1)).add(np.sum(p.b)); // biome-ignore format: a sum

/** The same without scan: one graph of all steps. */
const unrolled = (p: Params, s: State, x: np.Array): np.Array => {
  const { key } = inputs();
  const outputs: Output[] = [];
  let now = s;
  for (let t = 0; t < T; t++) {
    const [next, output] = step(tree.ref(p) as Params, now, { x: x.ref.slice(t), key: key.ref.slice(t) });
    now = next;
    outputs.push(output);
  }
  const y = np.stack(outputs.map((o) => o.y));
  const h = np.stack(outputs.map((o) => o.h));
  return loss(p, { y, h }, now, target());
};
const flat = (trees: unknown): number[] => (tree.leaves(trees as never) as np.Array[]).flatMap(numbers);

describe("scan", () => {
  test("runs as the loop does, whatever the number of steps", () => {
    const network = scan(step);
    for (const length of [1, 4, 5, T]) {
      const cut = (x: np.Array): np.Array => x.slice([0, length]);
      const [last, outputs] = network.run(params(), state(), tree.map(cut, inputs()) as Input);
      let now = state();
      for (let t = 0; t < length; t++) {
        const [next, output] = step(params(), now, tree.map((x: np.Array) => x.slice(t), inputs()) as Input);
        now = next;
        for (const name of ["y", "h"] as const)
          close(numbers(outputs[name].ref.slice(t)), numbers(output[name]));
      }
      close(flat(last), flat(now));
    }
  });

  test("its gradients are those of the unrolled loop: parameters, first state", () => {
    const [value, gradients] = valueAndGrad(unrolled, { argnums: [0, 1] })(params(), state(), inputs().x);
    const expected = [flat(value), flat(gradients[0]), flat(gradients[1])] as const;
    const network = scan(step);
    const [found, both] = network.valueAndGrad(loss, { argnums: [0, 1] })(
      params(),
      state(),
      inputs(),
      target(),
    );
    const [, byParams] = network.valueAndGrad(loss)(params(), state(), inputs(), target());
    close(flat(found), expected[0]);
    close(flat(both[0]), expected[1]);
    close(flat(both[1]), expected[2]);
    close(flat(byParams), expected[1]);
  });

  test("and of inputs, all at once or each by itself", () => {
    const smooth = (p: Params, h: np.Array, x: np.Array): [np.Array, np.Array] => {
      const next = np.tanh(np.matmul(h, p.w).add(x).add(p.b));
      return [next, np.square(next.ref)];
    };
    const byLoop = valueAndGrad(
      (p: Params, s: State, x: np.Array) => {
        let h = s.h;
        const outputs = Array.from({ length: T }, (_, t) => {
          const [next, output] = smooth(tree.ref(p) as Params, h, x.ref.slice(t));
          h = next;
          return output;
        });
        return np.mean(np.stack(outputs)).add(np.sum(h));
      },
      { argnums: [0, 1, 2] },
    )(params(), state(), inputs().x)[1].map(flat);
    const network = scan(smooth);
    const mean = (_: Params, outputs: np.Array, last: np.Array): np.Array =>
      np.mean(outputs).add(np.sum(last));
    const args = (): [Params, np.Array, np.Array] => [params(), state().h, inputs().x];
    const [, all] = network.valueAndGrad(mean, { argnums: [2, 0, 1] })(...args());
    for (const [i, which] of [2, 0, 1].entries()) close(flat(all[i]), byLoop[which]!);
    for (const which of [0, 1, 2] as const) {
      const [, one] = network.valueAndGrad(mean, { argnums: which })(...args());
      close(flat(one), byLoop[which]!);
    }
  });

  test("the step is traced a few times, however many steps there are", () => {
    let traced = 0;
    const counted = scan((p: np.Array, s: np.Array, x: np.Array) => {
      traced++;
      const next = s.mul(p).add(x);
      return [next, next.ref] as [np.Array, np.Array];
    });
    const train = counted.valueAndGrad((_, outputs: np.Array) => np.mean(outputs));
    const [, slope] = train(np.array([0.5]), np.zeros([1]), np.ones([400, 1]));
    // Forward, and backward.
    expect(traced).toBe(2);
    // d/dp of the mean of (1 - p^t)/(1 - p), t from 1 to 400: near 4, from numpy.
    close(numbers(slope), [3.97], { within: 1e-4 });
  });

  test("inside jit and inside another gradient it is unrolled, with the same numbers", () => {
    const network = scan(step);
    const whole = (p: Params): np.Array => {
      const [last, outputs] = network.run(p, state(), inputs());
      const unused = { w: np.zeros([1]), b: np.zeros([1]) };
      return loss(unused, outputs, last, target());
    };
    const plain = (_: Params, outputs: Output, last: State, wanted: np.Array): np.Array =>
      loss({ w: np.zeros([1]), b: np.zeros([1]) }, outputs, last, wanted);
    const [value, gradient] = network.valueAndGrad(plain)(params(), state(), inputs(), target());
    const expected = [flat(value), flat(gradient)] as const;
    for (const f of [valueAndGrad(whole), jit(valueAndGrad(whole))]) {
      const [v, g] = f(params());
      close(flat(v), expected[0]);
      close(flat(g), expected[1]);
    }
  });

  test("leaves no buffer behind", () => {
    const network = scan(step);
    const train = network.valueAndGrad(loss, { argnums: [0, 1] });
    const call = (): void => {
      tree.dispose(train(params(), state(), inputs(), target()) as never);
      tree.dispose(network.run(params(), state(), inputs()) as never);
    };
    call();
    call();
    const before = slots();
    call();
    expect(slots()).toBe(before);
  });

  test("misuse is one sentence", () => {
    expect(() => scan("f" as never)).toThrow(/step must be a function, not string/);
    const same = scan((_: np.Array, s: np.Array, x: np.Array[]) => [s, x[0]!] as [np.Array, np.Array]);
    expect(() => same.run(np.array(0), np.array(0), [np.ones([5]), np.ones([6])])).toThrow(
      /one length of 1 or more, not of lengths 5 and 6/,
    );
    expect(() => same.run(np.array(0), np.array(0), [np.ones([])])).toThrow(/first axis is time/);
    expect(() => same.run(np.array(0), np.array(0), [])).toThrow(/not of no array/);
    const grows = scan((_: np.Array, s: np.Array, x: np.Array) => [s.add(x.ref), x] as [np.Array, np.Array]);
    expect(() => grows.run(np.array(0), np.zeros([]), np.ones([3, 2]))).toThrow(
      /must return a state of the shapes it was given, float32\[\], not float32\[2\]/,
    );
    expect(() => same.valueAndGrad(() => np.array(0), { argnums: 3 as never })).toThrow(
      /argnums must be 0 \(params\), 1 \(state\) or 2 \(inputs\), not 3/,
    );
  });
});
