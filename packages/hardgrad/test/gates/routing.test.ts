import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { mixed } from "../../src/gates/routing/sparse-mixer.ts";
import {
  balanceLoss,
  expertChoiceRouter,
  followLoad,
  grad,
  lossFreeRouter,
  reluRouter,
  reluRouterPenalty,
  routerZLoss,
  sparseMixerInUse,
  sparseMixerRouter,
  startRouterBias,
  topKRouter,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

const { theta, large, shares, bias } = golden;
const valueAndSlope = (f: (x: np.Array) => np.Array, x: number[][]): { value: number; slope: number[] } => ({
  value: f(np.array(x)).item() as number,
  slope: numbers(grad(f)(np.array(x))),
});
const agrees = (
  f: (x: np.Array) => np.Array,
  x: number[][],
  wanted: { value: number; slope: number[][] },
) => {
  const { value, slope } = valueAndSlope(f, x);
  close([value], [wanted.value]);
  // The slopes are difference quotients in float64, right to 1e-8.
  close(slope, wanted.slope.flat());
};

describe("golden numbers, written apart in numpy", () => {
  const switched =
    (k: number, weights?: number[]) =>
    (x: np.Array): np.Array =>
      balanceLoss(x.ref, topKRouter(x, { k }), { k, ...(weights && { weights: np.array(weights) }) });
  test("Switch's balancing loss", () => {
    agrees(switched(1), theta, golden.switch.one);
    agrees(switched(1, [1, 1, 1, 0]), theta, golden.switch.padded);
    agrees(switched(2), theta, golden.switch.two);
    agrees(switched(2, shares), large, golden.switch.large);
    // The numbers of the reference.
    close([golden.switch.one.value, golden.switch.padded.value], [1.2123075, 1.430429], { within: 5e-8 });
  });
  test("the router z-loss", () => {
    agrees((x) => routerZLoss(x), theta, golden.zLoss.one);
    agrees((x) => routerZLoss(x, { weights: np.array(shares) }), large, golden.zLoss.large);
  });
  test("the penalty of ReLU routing", () => {
    agrees((x) => reluRouterPenalty(reluRouter(x)), large, golden.relu.one);
    // A gate at 0 is closed.
    expect(numbers(grad((x: np.Array) => np.sum(reluRouter(x)))(np.array([[0, 1, -1]])))).toEqual([0, 1, 0]);
    agrees(
      (x) => reluRouterPenalty(reluRouter(x), { k: 2, weights: np.array(shares) }),
      large,
      golden.relu.large,
    );
  });
  test("gates of top-k and loss-free routing", () => {
    const x = (): np.Array => np.array(large);
    close(numbers(topKRouter(x(), { k: 1 })), golden.topK.one.flat());
    close(numbers(topKRouter(x(), { k: 2 })), golden.topK.two.flat());
    close(numbers(topKRouter(x(), { k: 3, normalize: true })), golden.topK.normalised.flat());
    close(numbers(lossFreeRouter(x(), { bias: np.array(bias) }, { k: 2 })), golden.topK.biased.flat());
    // The bias changes some choices, or this tests nothing.
    expect(golden.topK.biased).not.toEqual(golden.topK.two);
  });
  test.each([
    ["theta", theta, 2],
    ["large", large, 4],
  ] as const)("tokens that experts choose: %s", (name, logits, capacity) => {
    const gates = expertChoiceRouter(np.array(logits as number[][]), { capacity }).js() as number[][];
    golden.expertChoice[name].forEach((tokens, e) => {
      const taken = gates.flatMap((row, t) => (row[e]! > 0 ? [t] : []));
      expect(taken).toEqual([...tokens].sort());
      const byWeight = [...taken].sort((a, b) => gates[b]![e]! - gates[a]![e]!);
      expect(byWeight).toEqual(tokens);
    });
  });
  test("the bias moves towards the experts with less load", () => {
    // Loads 8, 2 and 2 of 12 tokens.
    const gates = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2].map((e) => [0, 1, 2].map((j) => +(j === e))));
    const { bias: next } = followLoad({ bias: np.array([0, 0.1, -0.1]) }, gates);
    close(numbers(next!), [-0.001, 0.101, -0.099], { within: 1e-8 });
  });
});

describe("SparseMixer-v2", () => {
  const { logits, outputs, mean, near } = golden.mixer;
  const loss = (gates: np.Array): np.Array => {
    const z = gates.mul(np.array(outputs));
    return np.sum(z.ref.mul(z.ref).mul(z.ref).sub(z.ref.mul(z.ref)).add(z.mul(2)));
  };
  test("leaves out experts that are far from the first", () => {
    close(numbers(sparseMixerInUse(np.array([[1, 0.99, 0.5]]))), [near[0]!, 0, 0]);
    // 0 is as near to 0 as can be.
    close(numbers(sparseMixerInUse(np.array([[0, 0]]))), [0.5, 0]);
  });
  test("the mean of all its gradients", () => {
    const p = numbers(sparseMixerInUse(np.array([logits]), { k: 3, jitter: 9 }));
    const chances = logits.map((a) => Math.exp(a) / logits.reduce((s, b) => s + Math.exp(b), 0));
    expect(p[2]).toBeCloseTo(chances[2]!, 6);
    const total = [0, 0, 0];
    for (const [i, chance] of chances.entries())
      for (const [m, weight] of i === 2
        ? [[1, 1]]
        : [
            [1, 0.25],
            [1 / 3, 0.75],
          ]) {
        const drawn = np.array([chances.map((_, j) => +(i === j))]);
        const slope = grad((x: np.Array) =>
          loss(
            mixed(x, { jitter: 9 }, (allowed, best) => {
              allowed.dispose();
              best.dispose();
              return { drawn: drawn.ref, factor: np.array([[m!]]) };
            }),
          ),
        )(np.array([logits]));
        numbers(slope).forEach((g, j) => {
          total[j]! += chance * weight! * g;
        });
      }
    close(total, mean);
    close(total, [0.0694522, -0.1661913, 0.0967392], { within: 1e-6 });
  });
  test("draws by its law, and halves what is not the first", () => {
    const count = 20_000;
    const draw = (key: np.Array): np.Array =>
      sparseMixerRouter(np.broadcastTo(np.array(logits), [count, 3]), key, { jitter: 9 });
    const gates = draw(random.key(3)).js() as number[][];
    const chances = logits.map((a) => Math.exp(a) / logits.reduce((s, b) => s + Math.exp(b), 0));
    chances.forEach((p, i) => {
      const own = gates.map((row) => row[i]!).filter((v) => v !== 0);
      const within = (share: number, of: number): number => 4.5 * Math.sqrt((share * (1 - share)) / of);
      expect(Math.abs(own.length / count - p)).toBeLessThan(within(p, count));
      const whole = own.filter((v) => Math.abs(v / p - 1) < 1e-5).length / own.length;
      const third = own.filter((v) => Math.abs(v / p - 1 / 3) < 1e-5).length / own.length;
      expect(whole + third).toBe(1);
      if (i === 2) expect(whole).toBe(1);
      else expect(Math.abs(whole - 0.25)).toBeLessThan(within(0.25, own.length));
    });
    expect(numbers(draw(random.key(3)))).toEqual(gates.flat());
  });
  test("k experts are k different ones, and in use the k largest", () => {
    const gates = sparseMixerRouter(np.array(large), random.key(1), { k: 3, jitter: 9 }).js() as number[][];
    for (const row of gates) expect(row.filter((v) => v !== 0)).toHaveLength(3);
    const used = numbers(sparseMixerInUse(np.array(large), { k: 2 })).map((v) => +(v !== 0));
    expect(used).toEqual(golden.topK.two.flat().map((v) => +(v !== 0)));
  });
});

describe("balance", () => {
  test("1 when balanced, whatever k", () => {
    for (const k of [1, 2, 3]) {
      // Token t chooses the k experts from t on; all have the same mean probability.
      const logits = [0, 1, 2, 3, 4, 5].map((t) =>
        [0, 1, 2, 3, 4, 5].map((e) => ((e - t + 6) % 6 < k ? 2 : 0)),
      );
      const x = np.array(logits);
      expect(balanceLoss(x.ref, topKRouter(x, { k }), { k }).item()).toBeCloseTo(1, 6);
    }
  });
  test("E when one expert has everything", () => {
    const x = np.array([0, 1, 2].map(() => [90, 0, 0, 0]));
    expect(balanceLoss(x.ref, topKRouter(x, { k: 1 })).item()).toBeCloseTo(4, 6);
  });
  test("loss-free: the bias balances a router that prefers one expert, and no gradient reaches it", () => {
    const logits = random.normal(random.key(1), [200, 4]).add(np.array([2, 0, 0, -1]));
    const step = jit((bias: np.Array, x: np.Array): np.Array[] => {
      const gates = lossFreeRouter(x, { bias: bias.ref }, { k: 1 });
      const loads = np.mean(np.greater(gates.ref, 0).astype(np.float32), 0);
      return [followLoad({ bias }, gates, { rate: 0.005 }).bias!, np.max(loads)];
    });
    const busiest: number[] = [];
    let { bias: own } = startRouterBias(4);
    for (let i = 0; i < 300; i++) {
      const [next, load] = step(own!, logits.ref) as [np.Array, np.Array];
      own = next;
      busiest.push(load.item() as number);
    }
    expect(busiest[0]).toBeGreaterThan(0.7);
    // A cycle of about one step around an even load of 1/4.
    expect(busiest.at(-1)).toBeLessThan(0.3);
    const slope = grad((b: np.Array) => np.sum(lossFreeRouter(logits.ref, { bias: b }, { k: 1 })));
    expect(numbers(slope(np.array([0, 0.1, 0, 0])))).toEqual([0, 0, 0, 0]);
  });
});
