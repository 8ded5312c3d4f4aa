import { instantiate } from "@hardgrad/onnx/graph";
import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { runJax, runModel } from "../../../../test/onnx-harness.ts";
import { lowerNative, type NativeLowered } from "../../src/engine/backends/native/lower.ts";

type Arrays = { [name: string]: np.Array };
type Numbers = { [name: string]: number[] };

const arrays = (values: Numbers): Arrays =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, np.array(list)]));

const lowered = (fn: (r: Arrays, i: Arrays) => Arrays, resident: Numbers, inputs: Numbers): NativeLowered => {
  const updates = Object.fromEntries(Object.keys(resident).map((name) => [`next.${name}`, `input0.${name}`]));
  return lowerNative((r: Arrays, i: Arrays) => ({ next: fn(r, i) }), [arrays(resident), arrays(inputs)], {
    updates,
  });
};

/** The arrays after one step, by the model and then the kernels in a memory of their own. */
async function stepped(made: NativeLowered, resident: Numbers, inputs: Numbers): Promise<Numbers> {
  const all = new Map<string, number[]>();
  for (const [name, x] of Object.entries(resident)) all.set(`input0.${name}`, [...x]);
  for (const [name, x] of Object.entries(inputs)) all.set(`input1.${name}`, x);
  const results = made.outputs.length > 0 ? await runModel(made, [resident, inputs].map(arrays)) : [];
  made.outputs.forEach(({ name }, i) => {
    all.set(name, [...results[i]!]);
  });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const places = new Map([...all.keys()].map((name, i) => [name, 1024 * i]));
  for (const [name, x] of all) new Float32Array(memory.buffer, places.get(name), x.length).set(x);
  for (const { code, shape, arrays: names, scalars } of made.kernels) {
    const bytes = 16 * Math.ceil(shape.reduce((a, b) => a * b, 1) / 4);
    const addresses = names.map((name) => places.get(name)!);
    instantiate(code, memory)(bytes, ...addresses, ...scalars.map((name) => all.get(name)![0]!));
  }
  return Object.fromEntries(
    Object.keys(resident).map((name) => {
      const model = made.outputs.find((o) => o.name === `next.${name}`);
      const from = places.get(model ? `next.${name}` : `input0.${name}`)!;
      return [name, [...new Float32Array(memory.buffer, from, resident[name]!.length)]];
    }),
  );
}

async function expectStep(
  fn: (r: Arrays, i: Arrays) => Arrays,
  resident: Numbers,
  inputs: Numbers = {},
): Promise<NativeLowered> {
  const made = lowered(fn, resident, inputs);
  const actual = await stepped(made, resident, inputs);
  const names = Object.keys(fn(arrays(resident), arrays(inputs)));
  const expected = runJax(fn as never, [arrays(resident), arrays(inputs)]);
  names.forEach((name, i) => {
    // One rounding of float32: the kernel's operators are ONNX's, and jax-js may divide by way of a reciprocal.
    actual[name]!.forEach((x, j) => {
      expect(Math.abs(x - expected[i]![j]!), name).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(x)));
    });
  });
  return made;
}

const line = (n: number, scale: number): number[] =>
  Array.from({ length: n }, (_, i) => scale * Math.sin(i + 1));

test("Adam is one kernel, and the model is left with the gradient", async () => {
  const step = ({ p, m, v }: Arrays, { x, rate }: Arrays): Arrays => {
    const g = np.matmul(x!.reshape([9, 1]), p!.ref.reshape([1, 9])).sum(1);
    const mean = m!.mul(0.9).add(g.ref.mul(0.1));
    const square = v!.mul(0.999).add(np.square(g).mul(0.001));
    const move = mean.ref.mul(rate!.sum()).div(np.sqrt(square.ref).add(1e-8));
    return { p: p!.sub(move), m: mean, v: square };
  };
  // Nine elements: the last vector of four is not full.
  const resident = { p: line(9, 1), m: line(9, 0.1), v: line(9, 0.1).map((x) => x * x) };
  const made = await expectStep(step, resident, { x: line(9, 2), rate: [0.01] });
  expect(made.kernels).toHaveLength(1);
  expect(made.inputs.map(({ name }) => name).sort()).toEqual(["input0.p", "input1.rate", "input1.x"]);
  expect(made.outputs.filter(({ shape }) => shape.length > 0)).toHaveLength(1);
});

test("every operator that a kernel has", async () => {
  const made = await expectStep(
    ({ a, b }) => ({
      a: np
        .abs(a!.ref)
        .add(np.sqrt(np.abs(b!.ref)))
        .sub(np.minimum(a!.ref, b!.ref).mul(3)),
      b: np.maximum(np.negative(a!), b!.ref).div(np.abs(b!).add(2)),
    }),
    { a: line(6, 3), b: line(6, -2) },
  );
  expect(made.kernels).toHaveLength(1);
  expect(made.outputs).toEqual([]);
});

test("arrays of equal expressions share their code", async () => {
  const made = await expectStep(
    ({ a, b }, { rate }) => ({ a: a!.mul(rate!.ref.sum()), b: b!.mul(rate!.sum()) }),
    { a: line(8, 1), b: line(5, 1) },
    { rate: [0.5] },
  );
  expect(made.kernels).toHaveLength(2);
  expect(made.kernels[0]!.code).toEqual(made.kernels[1]!.code);
});

test("two arrays that replace each other are read before they are written", async () => {
  await expectStep(({ a, b }) => ({ a: b!.ref.mul(2), b: a!.add(b!) }), { a: line(8, 1), b: line(8, 5) });
});

test("what the model itself reads of a result stays in the model", async () => {
  const made = await expectStep(
    ({ a, total }) => {
      const next = a!.mul(0.5);
      return { a: next.ref, total: total!.add(np.sum(next)) };
    },
    { a: line(8, 1), total: [1] },
  );
  expect(made.kernels).toEqual([]);
});

test("a result that is its argument is left out; one that is another argument is not", async () => {
  const made = await expectStep(({ a, b, c }) => ({ a: a!, b: c!, c: b! }), {
    a: line(4, 1),
    b: line(4, 2),
    c: line(4, 3),
  });
  expect(made.outputs.map(({ name }) => name)).toEqual(["next.b", "next.c"]);
});

test("a row that is broadcast, and an array from outside, are left to the model", async () => {
  const made = await expectStep(
    ({ a }, { row, mask }) => ({ a: a!.mul(0.5).mul(mask!).add(row!.sum()) }),
    { a: line(8, 1) },
    { row: line(2, 1), mask: line(8, 1) },
  );
  // The product with the mask is the model's; only the last addition is elementwise over arrays in memory.
  expect(made.kernels).toHaveLength(1);
  expect(made.kernels[0]!.arrays).toEqual(["kernel0", "input0.a"]);
});

test("without updates there are no kernels", () => {
  expect(lowerNative((x: np.Array) => x.mul(2), [np.array([1, 2])]).kernels).toEqual([]);
});
