import { defaultDevice, init, nn, numpy as np } from "@jax-js/jax";
import { type NamedArrays, valueAndGrad } from "hardgrad";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { loadBlas } from "../src/blas/load.ts";
import { chooseProducts, type Products } from "../src/choose-products.ts";
import { compileFunction } from "../src/compile-function.ts";
import { Residents } from "../src/residents.ts";
import { ownCacheFolder } from "./blas/fixtures.ts";

await init("wasm");
defaultDevice("wasm");
afterAll(ownCacheFolder());
const blas = await loadBlas({ threads: 2 });
const missing = "reason" in blas || blas.elsewhere === undefined;
const title = (name: string) =>
  `${name}${missing ? " (skipped: no BLAS that threads may call together)" : ""}`;

const [BATCH, INPUTS, HIDDEN, BLOCKS] = [64, 100, 72, 5];

const numbers = (shape: readonly number[], seed: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(seed + i * i) / 5),
});
const state = {
  w: numbers([INPUTS, HIDDEN], 1),
  blocks: numbers([BLOCKS, HIDDEN, HIDDEN], 2),
  // Both strides of its diagonal blocks' columns are other than 1: our own kernels compute them.
  wide: numbers([HIDDEN, HIDDEN, 2], 3),
};
const inputs = { x: numbers([BATCH, INPUTS], 4) };

/** A step whose products are shared by columns, by rows, one by one, and by our own kernels. */
function step({ w, blocks, wide }: NamedArrays, { x }: NamedArrays): { state: NamedArrays } {
  const loss = (p: NamedArrays): np.Array => {
    const h = np.tanh(np.matmul(x!.ref, p.w!));
    const each = np.matmul(np.expandDims(h, 0), p.blocks!);
    const strided = np.matmul(np.sum(each, 0), p.wide!.slice([], [], 1));
    return np.mean(np.square(nn.relu(strided)));
  };
  const [value, gradients] = valueAndGrad(loss)({ w: w!.ref, blocks: blocks!.ref, wide: wide!.ref });
  value.dispose();
  const moved = Object.entries({ w: w!, blocks: blocks!, wide: wide! }).map(([name, p]) => [
    name,
    p.sub((gradients as NamedArrays)[name]!.mul(0.1)),
  ]);
  return { state: Object.fromEntries(moved) };
}

/** The state after some steps: the first of them before the other threads have the program, if `early`. */
async function after(products: Products, steps: number, early: boolean): Promise<number[]> {
  const residents = new Residents(products, state);
  onTestFinished(() => residents.dispose());
  const compiled = compileFunction(step as never, residents, inputs);
  if (!early) await compiled.load(residents);
  for (let i = 0; i < steps; i++) compiled.run(residents, inputs);
  return Object.values(residents.read()).flatMap(({ data }) => [...data]);
}

test.skipIf(missing)(
  title("the bits do not depend on when the threads come, and are close to those of one thread"),
  async () => {
    const products = await chooseProducts("native", { threads: 3 });
    expect(products).toMatchObject({ device: "native", threads: 3, together: 3 });
    const found = await after(products, 5, false);
    expect(await after(products, 5, true)).toEqual(found);
    expect(await after(products, 5, false)).toEqual(found);
    expect(found).not.toEqual(Object.values(state).flatMap(({ data }) => [...data]));
    const wasm = await after(await chooseProducts("wasm", { threads: 1 }), 5, false);
    // Sums of up to 100 terms below 1 in another order, in five steps.
    for (const [i, x] of wasm.entries()) if (!(Math.abs(found[i]! - x) <= 1e-5)) expect.fail(`${i}: ${found[i]} ${x}`); // biome-ignore format: one thought
  },
);

test.skipIf(missing)(
  title("a thread that can't load the library stops the first run with one sentence"),
  async () => {
    const products = await chooseProducts("native", { threads: 2 });
    const elsewhere = `require("./no-such-package");`;
    const residents = new Residents({ ...products, blas: { ...products.blas!, elsewhere } }, state);
    onTestFinished(() => residents.dispose());
    const compiled = compileFunction(step as never, residents, inputs);
    await compiled.load(residents);
    expect(() => compiled.run(residents, inputs)).toThrow(
      /^threads: a program could not be loaded: thread 1: Error: Cannot find module '\.\/no-such-package'/,
    );
  },
);
