import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { type Instruction, trafficOf } from "../src/assemble-run.ts";
import { wasmProducts } from "../src/choose-products.ts";
import { compileFunction } from "../src/compile-function.ts";
import { Residents } from "../src/residents.ts";

await init("wasm");
defaultDevice("wasm");

test("traffic counts an array once where it is used, memory once at all", () => {
  const work = (reads: Instruction["reads"], writes: Instruction["writes"]): Instruction => ({
    ...{ code: [], shared: false },
    ...{ reads, writes },
  });
  const works = [
    work(
      [
        [0, 64],
        [0, 64],
      ],
      [[64, 192]],
    ),
    work([[64, 192]], [[0, 32]]),
  ];
  expect(trafficOf(works)).toEqual({ traffic: 64 + 128 + 128 + 32, memory: 192 });
  expect(trafficOf([])).toEqual({ traffic: 0, memory: 0 });
});

test("a compiled function tells its multiplications and its traffic", () => {
  const numbers = (rows: number, columns: number) => ({
    shape: [rows, columns],
    data: new Float32Array(rows * columns),
  });
  const residents = new Residents(wasmProducts(), { a: numbers(64, 32), b: numbers(32, 16) });
  const { work } = compileFunction(
    ({ a, b }) => ({ results: { c: np.tanh(np.matmul(a, b)) } }),
    residents,
    {},
  );
  const bytes = ([rows, columns]: readonly [number, number]) =>
    64 * Math.ceil((4 * rows * columns + 16) / 64);
  const [a, b, c] = [bytes([64, 32]), bytes([32, 16]), bytes([64, 16])];
  expect(work).toEqual({
    multiplications: 64 * 32 * 16,
    // The product, then tanh of it in another place.
    traffic: a + b + c + (c + c),
    memory: a + b + c + c,
  });
});
