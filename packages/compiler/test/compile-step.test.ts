import { LoweringError } from "@hardgrad/onnx";
import { defaultDevice, init, jit, nn, numpy as np, random, tree } from "@jax-js/jax";
import { bernoulli, expectation, rloo, valueAndGrad } from "hardgrad";
import { describe, expect, test } from "vitest";
import { compile, compileStep, type PlainTensor } from "../src/index.ts";

await init("wasm");
defaultDevice("wasm");
const wasm = { device: "wasm", threads: 1 } as const;

interface Params {
  w: np.Array;
  b: np.Array;
}
interface State {
  params: Params;
  moments: { w: np.Array; b: np.Array };
  key: np.Array;
  steps: np.Array;
}

const initial = (): State => ({
  params: { w: random.normal(random.key(1), [5, 4]), b: np.zeros([4]) },
  moments: { w: np.zeros([5, 4]), b: np.zeros([4]) },
  key: random.key(7),
  steps: np.array(0, { dtype: np.int32 }),
});

/** Forward through random bits, gradient, momentum: a key and a counter among the state. */
function step({ params, moments, key, steps }: State, { x, rate }: { x: np.Array; rate: np.Array }) {
  const keys = random.split(key, 2);
  const loss = (p: Params): np.Array =>
    np.mean(
      expectation(
        bernoulli(np.matmul(x.ref, p.w).add(p.b)),
        (bits) => np.sum(np.square(bits.sub(0.45)), -1),
        rloo({ samples: 3 }),
        keys.ref.slice(0),
      ),
    );
  const [value, gradients] = valueAndGrad(loss)(tree.ref(params) as never) as unknown as [np.Array, Params];
  const next = {
    w: moments.w.mul(0.9).add(gradients.w),
    b: moments.b.mul(0.9).add(gradients.b),
  };
  return {
    state: {
      params: { w: params.w.sub(next.w.ref.mul(rate.ref)), b: params.b.sub(next.b.ref.mul(rate)) },
      moments: next,
      key: keys.slice(1),
      steps: steps.add(1),
    },
    loss: value,
    large: { any: np.any(np.greater(x.ref, 1)), which: np.greater(x, 1) },
  };
}

const batch = (rows: number, seed: number): Float32Array =>
  random.normal(random.key(seed), [rows, 5]).dataSync() as Float32Array;

const numbers = (x: unknown): number[] => Array.from(x as ArrayLike<number>, Number);

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-5): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < b.length; i++)
    expect(Math.abs(a[i]! - b[i]!), `element ${i}: ${a[i]}, expected ${b[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(b[i]!)),
    );
}

/** Steps on jax-js's jit, from the same state with the same inputs. */
function onJax(batches: readonly Float32Array[]): { state: State; losses: number[] } {
  const jitted = jit(step as never) as unknown as typeof step;
  let state = initial();
  const losses = batches.map((x) => {
    const out = jitted(state, { x: np.array(x, { shape: [x.length / 5, 5] }), rate: np.array(0.1) });
    state = out.state;
    tree.dispose(out.large as never);
    return out.loss.item() as number;
  });
  return { state, losses };
}

const made = () => compileStep(step, { state: initial(), inputs: { x: np.zeros([6, 5]), rate: 0 } }, wasm);

describe("compileStep", () => {
  test("steps are those of jit, with the same bits and with a smaller last batch", async () => {
    const compiled = await made();
    const batches = [batch(6, 1), batch(6, 2), batch(2, 3), batch(6, 4)];
    const expected = onJax(batches);
    const losses = batches.map((x) => compiled.run({ x, rate: 0.1 }).loss as number);
    expectNear(losses, expected.losses);
    const { params, moments, key, steps } = compiled.state();
    expectNear(numbers(params.w.dataSync()), numbers(expected.state.params.w.dataSync()));
    expectNear(numbers(moments.b.dataSync()), numbers(expected.state.moments.b.dataSync()));
    expect(numbers(key.dataSync())).toEqual(numbers(expected.state.key.dataSync()));
    expect(steps.js()).toBe(4);
  });

  test("results are numbers, truth values and arrays, in their tree", async () => {
    const x = batch(6, 1);
    const { loss, large, ...rest } = (await made()).run({ x, rate: 0.1 });
    expect(rest).toEqual({});
    expect(loss).toBeTypeOf("number");
    expect(large).toEqual({ any: true, which: Uint8Array.from(x, (v) => Number(v > 1)) });
  });

  test("inputs are typed arrays, plain arrays, arrays of jax-js, and numbers", async () => {
    const x = batch(6, 1);
    const losses = await Promise.all(
      [x, { shape: [6, 5], data: x }, np.array(x, { shape: [6, 5] })].map(
        async (given) => (await made()).run({ x: given, rate: np.array(0.1) }).loss,
      ),
    );
    expect(new Set(losses).size).toBe(1);
  });

  test("keys are drawn from as jax-js does", async () => {
    const draws = await compile(
      ({ key }) => ({ u: random.uniform(key, [33]) }),
      { key: random.key(0) },
      wasm,
    );
    const expected = random.uniform(random.key(5), [33]).dataSync();
    const given = random.key(5);
    expect(draws.run({ key: given.ref }).u).toEqual(expected);
    expect(draws.run({ key: given.dataSync() as Uint32Array }).u).toEqual(expected);
  });

  test("bytes are numbers of float32, truth values are truth values", async () => {
    const half = await compile(
      ({ pixels, on }) => np.where(on, pixels, 0),
      { pixels: new Uint8Array(3), on: np.array([true, true, true]) },
      wasm,
    );
    const on = Uint8Array.of(1, 0, 1);
    expect(half.run({ pixels: Uint8ClampedArray.of(255, 7, 9) as never, on })).toEqual(
      Float32Array.of(255, 0, 9),
    );
  });

  test("the state is read, kept apart from its copies, and written", async () => {
    const compiled = await made();
    const before = compiled.plainState();
    compiled.run({ x: batch(6, 1), rate: 0.1 });
    const after = compiled.plainState();
    expect(after.params.w.data).not.toEqual(before.params.w.data);
    compiled.setState(before);
    compiled.run({ x: batch(6, 1), rate: 0.1 });
    expect(compiled.plainState()).toEqual(after);
    compiled.setState({ ...compiled.state(), steps: 11 });
    expect(compiled.state().steps.js()).toBe(11);
  });

  test("other functions work on the same state: an evaluation, and another step", async () => {
    const compiled = await made();
    const scores = compiled.compile(({ params }, { x }) => np.matmul(x, params.w).add(params.b), {
      x: np.zeros([2, 5]),
    });
    const reset = compiled.compile(
      (state, { to }) => ({
        state: { ...state, params: { ...state.params, b: np.zeros([4]).add(to) } },
        before: state.params.b.ref,
      }),
      { to: 0 },
    );
    const x = batch(2, 9);
    for (let n = 0; n < 3; n++) {
      compiled.run({ x: batch(6, n), rate: 0.1 });
      const { params } = compiled.state();
      const expected = np.matmul(np.array(x, { shape: [2, 5] }), params.w).add(params.b);
      expectNear(numbers(scores.run({ x })), numbers(expected.dataSync()));
    }
    const { b } = compiled.plainState().params;
    expect(reset.run({ to: 2 })).toEqual({ before: b.data });
    expect(compiled.state().params.b.js()).toEqual([2, 2, 2, 2]);
  });

  test("a state of truth values, and of one array", async () => {
    const flipped = await compileStep(
      (on, { which }) => ({ state: np.notEqual(on, which) }),
      { state: np.array([true, false, true]), inputs: { which: np.array([true, true, false]) } },
      wasm,
    );
    flipped.run({ which: Uint8Array.of(1, 1, 0) });
    expect(flipped.plainState()).toEqual({ shape: [3], data: Uint8Array.of(0, 1, 1), dtype: "bool" });
    expect(flipped.state().js()).toEqual([false, true, true]);
  });

  test("examples and inputs of jax-js are consumed, and nothing is left behind", async () => {
    const x = np.zeros([6, 5]);
    const key = random.key(1);
    const compiled = await compileStep(
      ({ w }, inputs) => ({ state: { w: w.add(np.sum(inputs.x)) }, u: random.uniform(inputs.key) }),
      { state: { w: 1 }, inputs: { x, key } },
      wasm,
    );
    expect(() => x.dispose()).toThrow();
    const given = np.zeros([6, 5]);
    compiled.run({ x: given, key: random.key(2) });
    expect(() => given.dispose()).toThrow();
  });

  test("two threads compute the bits of one, also in a function that is compiled later", async () => {
    const run = async (threads: number): Promise<unknown> => {
      const compiled = await compileStep(
        step,
        { state: initial(), inputs: { x: np.zeros([6, 5]), rate: 0 } },
        { device: "wasm", threads },
      );
      const sum = compiled.compile(({ params }) => np.sum(params.w), {});
      const results = [];
      for (let n = 0; n < 4; n++) {
        results.push(compiled.run({ x: batch(n === 2 ? 3 : 6, n), rate: 0.1 }), sum.run({}));
        // Threads get a program between two turns of the event loop.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const state = compiled.plainState();
      compiled.dispose();
      return [results, state];
    };
    expect(await run(2)).toEqual(await run(1));
  });

  test("the default device stays what it was", async () => {
    defaultDevice("cpu");
    await made();
    expect(defaultDevice("wasm")).toBe("wasm");
  });
});

describe("what can't be is said", () => {
  const run = async (inputs: object): Promise<unknown> => (await made()).run(inputs as never);
  const x = new Float32Array(30);

  test.each([
    [{ x }, "step.run: inputs.rate is missing; pass it as in the examples."],
    [{ x, rate: 1, key: 2 }, "step.run: inputs.key is not among the examples; leave it out."],
    [
      { x: new Float32Array(31), rate: 1 },
      "step.run: inputs.x has 31 elements, but must have rows of 5 like its example [6, 5].",
    ],
    [
      { x: { shape: [6, 5], data: new Float32Array(10) }, rate: 1 },
      "step.run: inputs.x has 10 elements, but its shape [6, 5] has 30.",
    ],
    [
      { x: new Int32Array(30), rate: 1 },
      "step.run: inputs.x is of int32, but must be of float32 like its example.",
    ],
    [
      { x: np.zeros([30]), rate: 1 },
      "step.run: inputs.x has the shape [30], but must have 2 axes like its example [6, 5].",
    ],
    [{ x: 3, rate: 1 }, "step.run: inputs.x is 3, but must be float32 [6, 5] like its example."],
    [{ x, rate: true }, "step.run: inputs.rate is true, but must be float32 [] like its example."],
    [
      { x, rate: "1" },
      "step.run: inputs.rate is 1, but must be a number, an array of jax-js, a Float32Array, Int32Array, Uint32Array or Uint8Array, or { shape, data }.",
    ],
    [{ x: new Float64Array(30), rate: 1 }, "step.run: inputs.x is a Float64Array, but must be a number"],
  ])("inputs %#", async (inputs, sentence) => {
    await expect(run(inputs)).rejects.toThrow(sentence);
  });

  test("shapes that the function does not take", async () => {
    await expect(run({ x: { shape: [5, 6], data: x }, rate: 1 })).rejects.toThrow(
      "step.run: the function does not take inputs of the shapes x [5, 6], rate []: ",
    );
  });

  test("a state of another shape", async () => {
    const compiled = await made();
    const state = compiled.plainState();
    const w: PlainTensor = { shape: [4, 5], data: new Float32Array(20) };
    expect(() => compiled.setState({ ...state, params: { ...state.params, w } })).toThrow(
      "step.setState: state.params.w has the shape [4, 5], but must have the shape like its example [5, 4].",
    );
    expect(() => compiled.setState({ ...state, steps: 1.5 })).toThrow(
      "step.setState: state.steps is 1.5, but must be a whole number that int32 holds.",
    );
    expect(() => compiled.setState({ params: state.params } as never)).toThrow(
      "step.setState: state.moments.w is missing; pass it as in the examples.",
    );
  });

  test.each([
    [() => ({}), "compileStep: the function must return the successor of its state: { state, ... }."],
    [() => ({ state: {} }), "compileStep: the function returns no successor of state.w;"],
    [
      (s: { w: np.Array }) => ({ state: { w: s.w.ref, v: s.w } }),
      "compileStep: the function returns state.v, which is not in the state;",
    ],
    [
      (s: { w: np.Array }) => ({ state: { w: np.sum(s.w) } }),
      "compileStep: state.w is float32 [2] and its successor float32 []; both must be the same.",
    ],
    [
      (s: { w: np.Array }) => ({ state: { w: s.w.astype(np.int32) } }),
      "compileStep: state.w is float32 [2] and its successor int32 [2]; both must be the same.",
    ],
  ])("successors %#", async (fn, sentence) => {
    const compiling = compileStep(fn as never, { state: { w: np.zeros([2]) }, inputs: {} }, wasm);
    await expect(compiling).rejects.toThrow(sentence);
  });

  test("a part that has no kernel", async () => {
    const compiling = compile(({ x }) => np.linalg.cholesky(x), { x: np.eye(3) }, wasm);
    await expect(compiling).rejects.toThrow(LoweringError);
    await expect(compile(({ x }) => np.linalg.cholesky(x), { x: np.eye(3) }, wasm)).rejects.toThrow(
      /^compile: .*cholesky.* Run such a function by jit of jax-js\.$/,
    );
  });

  test("a step that is disposed of, and what shares its state", async () => {
    const compiled = await made();
    const sum = compiled.compile(({ params }) => np.sum(params.w), {});
    compiled.dispose();
    expect(() => compiled.run({ x, rate: 1 })).toThrow(
      "step.run: it has been disposed of; compile it again.",
    );
    expect(() => compiled.state()).toThrow("step.state: it has been disposed of");
    expect(() => compiled.plainState()).toThrow("step.plainState: it has been disposed of");
    expect(() => compiled.setState(initial())).toThrow("step.setState: it has been disposed of");
    expect(() => sum.run({})).toThrow("compiled.run: it has been disposed of");
    expect(() => compiled.compile(({ params }) => params.w, {})).toThrow(
      "step.compile: it has been disposed of",
    );
  });

  test("a memory that can't be had", async () => {
    // 4.6 GB of products, in a memory of at most 4 GiB.
    const far = ({ x }: { x: np.Array }) => x.ref.reshape([34_000, 1]).mul(x);
    await expect(compile(far, { x: np.zeros([34_000]) }, wasm)).rejects.toThrow(
      /a compiled step needs 44\d\d MiB of memory, which can't be had; use a smaller network or fewer examples per step\./,
    );
  });

  test.each([0, 1.5, 65])("%s threads", async (threads) => {
    await expect(compile(({ x }) => x, { x: 1 }, { device: "wasm", threads })).rejects.toThrow(
      `threads is ${threads}, but must be a whole number from 1 to 64.`,
    );
  });

  test("a device that isn't one", async () => {
    await expect(compile(({ x }) => x, { x: 1 }, { device: "gpu" as never })).rejects.toThrow(
      "device gpu is unknown to compiled functions; use auto, native or wasm.",
    );
  });
});

test("a softmax and its evaluation on the device that is best here", async () => {
  const auto = await compile(({ x }) => nn.softmax(x), { x: np.zeros([2, 3]) });
  expectNear(
    numbers(auto.run({ x: Float32Array.of(1, 2, 3, 0, 0, 0) })).slice(3),
    [1 / 3, 1 / 3, 1 / 3],
    1e-6,
  );
});
