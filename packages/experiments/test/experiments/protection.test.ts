import "../setup.ts";
import { jit, numpy as np, random, tree } from "@jax-js/jax";
import {
  certify,
  checkCertificate,
  grad,
  type NamedArrays,
  openGradients,
  openWeights,
  protect,
  type UpdateRule,
} from "hardgrad";
import { expect, test } from "vitest";
import { adam, adamw, crossEntropy, dense, glorotUniform, radam, sgd } from "../../src/index.ts";

/** Weight decay in its two forms, around any optimizer. */
const decayed = (rule: UpdateRule, decoupled: boolean): UpdateRule => ({
  init: rule.init,
  update: (gradients, state, params, rate) => {
    const shrunk = (x: np.Array): np.Array => x.ref.mul(0.05);
    if (!decoupled) {
      const g = map(gradients, (v, name) => v.add(shrunk(params[name]!)));
      return rule.update(g, state, params, rate);
    }
    const pull = map(params, (x) => shrunk(x).mul(rate.ref));
    const next = rule.update(gradients, state, params, rate);
    return { params: map(next.params, (x, name) => x.sub(pull[name]!)), state: next.state };
  },
});

const rules: [string, UpdateRule][] = [
  ["momentum", sgd({ momentum: 0.9 })],
  ["momentum and weight decay", decayed(sgd({ momentum: 0.9 }), false)],
  ["Adam", adam()],
  ["Adam and weight decay in the gradient", decayed(adam(), false)],
  ["Adam and decoupled weight decay", decayed(adam(), true)],
  ["AdamW", adamw({ weightDecay: 0.05 })],
  ["RAdam", radam()],
];

const map = (params: NamedArrays, fn: (x: np.Array, name: string) => np.Array): NamedArrays =>
  Object.fromEntries(Object.entries(params).map(([name, x]) => [name, fn(x, name)]));
const keep = (params: NamedArrays): NamedArrays => tree.ref(params) as NamedArrays;

/** Six inputs, eight hidden units of which the finished task uses the first four, and a head for each of two tasks. */
const gate = [1, 1, 1, 1, 0, 0, 0, 0];
const images = random.normal(random.key(1), [32, 6]);

function scores(params: NamedArrays, head: "old" | "new", gates?: number[]): np.Array {
  const h = np.maximum(dense(images.ref, params.w!, params.b!), 0);
  for (const name of head === "old" ? ["new", "newBias"] : ["old", "oldBias"]) params[name]!.dispose();
  return dense(gates ? h.mul(np.array(gates)) : h, params[head]!, params[`${head}Bias`]!);
}

function open(): NamedArrays {
  const used = np.array(gate);
  return {
    w: openWeights(undefined, used.ref),
    b: np.negative(used).add(1),
    old: np.zeros([1, 1]),
    oldBias: np.zeros([1]),
  };
}

/** Trains the old task, then the new one in one of three ways; the old task's scores before and after. */
async function twoTasks(rule: UpdateRule, way: "nothing" | "gradient" | "exact") {
  const key = (n: number): np.Array => random.key(n);
  let params: NamedArrays = {
    w: glorotUniform(key(2), 6, 8),
    b: np.zeros([8]),
    old: glorotUniform(key(3), 8, 3),
    oldBias: np.zeros([3]),
    new: glorotUniform(key(4), 8, 3),
    newBias: np.zeros([3]),
  };
  let state = rule.init(keep(params));
  const target = np.array(Array.from({ length: 32 }, (_, i) => [0, 1, 2].map((c) => (i % 3 === c ? 1 : 0))));
  const guarded = protect(rule, { clip: 0.5 });
  type Next = { params: NamedArrays; state: NamedArrays };
  const step = (
    head: "old" | "new",
    how: "nothing" | "gradient" | "exact",
  ): ((p: NamedArrays, s: NamedArrays) => Next) =>
    jit(((p: NamedArrays, s: NamedArrays): Next => {
      const loss = (q: NamedArrays): np.Array =>
        np.mean(crossEntropy(scores(q, head, head === "old" ? gate : undefined), target.ref));
      const g = grad(loss)(keep(p)) as unknown as NamedArrays;
      const rate = np.array(0.01);
      if (how === "exact") return guarded.update(g, s, p, rate, open());
      return rule.update(how === "gradient" ? openGradients(g, open()) : g, s, p, rate);
    }) as never) as never;
  const first = step("old", "nothing");
  for (let i = 0; i < 10; i++) ({ params, state } = first(params, state));
  const evidence = () => {
    const plain = (x: np.Array) => ({ shape: x.shape, data: x.dataSync() as Float32Array });
    const whole = (name: string) => ({ values: plain(params[name]!.ref) });
    const used = np.array(gate);
    return {
      weights: {
        w: { ...whole("w"), used: plain(np.broadcastTo(used.ref.reshape([1, 8]), [6, 8])) },
        b: { ...whole("b"), used: plain(used) },
        old: whole("old"),
        oldBias: whole("oldBias"),
      },
      inputs: plain(images.ref),
      outputs: plain(scores(keep(params), "old", gate)),
    };
  };
  const certificate = await certify("old", evidence());
  const second = step("new", way);
  for (let i = 0; i < 10; i++) ({ params, state } = second(params, state));
  return checkCertificate(certificate, evidence());
}

test.each(rules)("%s: protection is exact, and a gradient of zero is none", async (_, rule) => {
  expect(await twoTasks(rule, "exact")).toMatchObject({ holds: true, changed: [] });
  // The naive way: momentum or the moments of the first task go on moving its weights.
  const naive = await twoTasks(rule, "gradient");
  expect(naive.holds).toBe(false);
  expect(naive.changed).toEqual(["w", "b", "old", "oldBias", "outputs"]);
  expect((await twoTasks(rule, "nothing")).holds).toBe(false);
});
