import {
  chooseProducts,
  compileFunction,
  type PlainTensors,
  type Products,
  type ProgramCost,
  Residents,
  type Stepper,
} from "@hardgrad/compiler";
import type { Backend, HostArrays } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { LimitResult } from "./results.ts";
import type { Row } from "./rows/row.ts";

/** Rows and columns of the product that tells how fast products can be. */
const PEAK = 1024;
/** Bytes that are streamed at least: less is over before a call of it is. */
const LEAST = 8 * 2 ** 20;
const TRIES = 20;

/** What a row runs on a device, and on what. */
interface Caught {
  fn?: (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;
  arrays?: HostArrays;
  inputs?: HostArrays;
}

/**
 * The least time in which this machine could do a row: the multiplications of its products at the pace of a product of
 * 1024 by 1024, and each array that a loop or a product reads or writes at the pace at which one large array is added to
 * another in as much memory; one after the other, with the fastest products that are installed and all threads.
 */
export async function limitsOf(rows: readonly Row[], say: (line: string) => void): Promise<LimitResult[]> {
  const products = await chooseProducts("auto");
  say(`the machine's limit: products by ${products.name}`);
  const peak = await flopsPerSecond(products);
  const results: LimitResult[] = [];
  for (const row of rows) {
    const { multiplications, traffic, memory } = await workOf(row, products);
    const bandwidth = await bytesPerSecond(products, memory);
    const seconds = (2 * multiplications) / peak + traffic / bandwidth;
    results.push({
      row: row.id,
      gigaflop: (2 * multiplications) / 1e9,
      gigaflopsPerSecond: peak / 1e9,
      megabytes: traffic / 1e6,
      gigabytesPerSecond: bandwidth / 1e9,
      milliseconds: 1000 * seconds,
    });
  }
  return results;
}

/** How much one step of a row is. */
async function workOf(row: Row, products: Products): Promise<ProgramCost> {
  const caught: Caught = {};
  const none = { shape: [], data: new Float32Array(1) };
  const backend: Backend = {
    device: "none",
    products: "none",
    put(arrays) {
      caught.arrays = arrays;
      const read = async (names = Object.keys(arrays)) =>
        Object.fromEntries(names.map((name) => [name, arrays[name] ?? none]));
      return { read, write: () => undefined, dispose: () => undefined };
    },
    update: (fn) => async (_, inputs) => {
      caught.fn = fn;
      caught.inputs = inputs;
    },
    evaluate: () => () => Promise.reject(new Error("a row is a step")),
  };
  const entry = await row.start(backend, await row.inputs());
  await entry.run(1);
  const residents = new Residents(products, caught.arrays!);
  const step: Stepper = (resident, inputs) => ({ state: caught.fn!(resident, inputs) });
  try {
    return compileFunction(step, residents, caught.inputs!).work;
  } finally {
    residents.dispose();
  }
}

/** Of a large product. */
async function flopsPerSecond(products: Products): Promise<number> {
  const square = { shape: [PEAK, PEAK], data: new Float32Array(PEAK * PEAK).fill(0.5) };
  const seconds = await fastest(products, { a: square, b: square, c: square }, ({ a, b, c }) => {
    c.dispose();
    return { state: { a, b, c: np.matmul(a.ref, b.ref) } };
  });
  return (2 * PEAK ** 3) / seconds;
}

/** Of a sum of two arrays that fill so much memory: two are read, one is written. */
async function bytesPerSecond(products: Products, memory: number): Promise<number> {
  const length = Math.ceil(Math.max(memory, LEAST) / 8);
  const array = { shape: [length], data: new Float32Array(length).fill(1) };
  const seconds = await fastest(products, { x: array, y: array }, ({ x, y }) => ({
    state: { x: x.ref, y: y.mul(0.5).add(x) },
  }));
  return (12 * length) / seconds;
}

async function fastest(products: Products, arrays: PlainTensors, fn: Stepper): Promise<number> {
  const residents = new Residents(products, arrays);
  try {
    const compiled = compileFunction(fn, residents, {});
    await compiled.load(residents);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TRIES; i++) {
      const from = performance.now();
      compiled.run(residents, {});
      best = Math.min(best, performance.now() - from);
    }
    return best / 1000;
  } finally {
    residents.dispose();
  }
}
