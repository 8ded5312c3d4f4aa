import "../setup.ts";
import { jit, nn, numpy as np, random } from "@jax-js/jax";
import { grad } from "hardgrad";
import { expect, test } from "vitest";
import { shareKernelInstances } from "../../src/engine/backends/jax-js-0.1.25/kernel-instances.ts";

/** A module that imports env.memory (a shared one of 3,000 pages, or any), counts its calls in a global, and exports the counting function by a name. */
function counter(name: string, shared = false): WebAssembly.Module {
  const text = (s: string): number[] => [s.length, ...Buffer.from(s)];
  const section = (id: number, ...bytes: number[]): number[] => [id, bytes.length, ...bytes];
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, 1, 0x60, 0, 1, 0x7f), // () -> i32
      ...section(2, 1, ...text("env"), ...text("memory"), 2, ...(shared ? [3, 0, 0xb8, 0x17] : [0, 0])),
      ...section(3, 1, 0),
      ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b), // one mutable i32
      ...section(7, 1, ...text(name), 0, 0),
      ...section(10, 1, 11, 0, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0, 0x0b), // it += 1, and give it
    ]),
  );
}

/** What its function gives. */
function calls(instance: WebAssembly.Instance): number {
  const [fn] = Object.values(instance.exports) as (() => number)[];
  return fn!();
}

/** A calculation with many kernels, from a key. */
const work = jit((key: np.Array): np.Array => {
  const x = random.uniform(key, [20, 30]);
  const f = (w: np.Array): np.Array => np.sum(nn.logSoftmax(np.tanh(np.matmul(x.ref, w)), -1));
  return grad(f)(np.linspace(-1, 1, 60).reshape([30, 2]));
});

test("the same bits with shared instances, also when the memory grows; others' instances are their own", async () => {
  const native = WebAssembly.Instance;
  const before = await work(random.key(5)).data();
  shareKernelInstances();
  const shared = WebAssembly.Instance;
  shareKernelInstances();
  expect(WebAssembly.Instance, "installed once").toBe(shared);

  expect(await work(random.key(5)).data()).toEqual(before);
  const large = np.array(new Float32Array(8_000_000)); // the memory grows
  expect(await work(random.key(5)).data()).toEqual(before);
  expect(await work(random.key(6)).data()).not.toEqual(before);
  large.dispose();

  const memory = new WebAssembly.Memory({ initial: 0 });
  // What jax-js makes, by its form, is shared for each memory; this one counts to show it.
  const kernel = counter("kernel");
  expect(calls(new WebAssembly.Instance(kernel, { env: { memory } }))).toBe(1);
  expect(calls(new WebAssembly.Instance(kernel, { env: { memory } }))).toBe(2);
  const another = new WebAssembly.Memory({ initial: 0 });
  expect(calls(new WebAssembly.Instance(kernel, { env: { memory: another } }))).toBe(1);
  // Any other form is not.
  const other = counter("count");
  class Mine extends WebAssembly.Instance {}
  for (const make of [
    () => new WebAssembly.Instance(other, { env: { memory } }),
    () => new WebAssembly.Instance(kernel, { env: { memory, extra: 1 } } as never),
    () => new WebAssembly.Instance(kernel, { env: { memory }, more: {} }),
    () => new Mine(kernel, { env: { memory } }),
  ]) {
    expect(calls(make())).toBe(1);
    expect(calls(make())).toBe(1);
    expect(make()).toBeInstanceOf(native);
    expect(make()).toBeInstanceOf(WebAssembly.Instance);
  }
  expect(new Mine(kernel, { env: { memory } })).toBeInstanceOf(Mine);
  expect(() => new WebAssembly.Instance(kernel)).toThrow(TypeError);
  expect(() => new WebAssembly.Instance({} as never, { env: { memory } })).toThrow(TypeError);
});

test("a memory with kernels grows by a quarter of itself, by what is asked where that is more, and to its maximum", () => {
  const pages = (memory: WebAssembly.Memory): number => memory.buffer.byteLength / 65536;
  shareKernelInstances();
  for (const shared of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 0, maximum: 3000, shared });
    expect(calls(new WebAssembly.Instance(counter("kernel", shared), { env: { memory } }))).toBe(1);
    expect([memory.grow(1), pages(memory)]).toEqual([0, 256]);
    expect([memory.grow(0), pages(memory)]).toEqual([256, 256]);
    expect([memory.grow(1744), pages(memory)]).toEqual([256, 2000]);
    expect([memory.grow(2), pages(memory)]).toEqual([2000, 2500]);
    expect([memory.grow(3), pages(memory)]).toEqual([2500, 2503]);
    expect(() => memory.grow(500)).toThrow(RangeError);
    expect(() => memory.grow(-1)).toThrow(TypeError);
    expect(pages(memory)).toBe(2503);
    if (shared) expect(pages(structuredClone(memory))).toBe(2503);
  }
  // A memory without kernels of jax-js is its owner's.
  const other = new WebAssembly.Memory({ initial: 0 });
  other.grow(1);
  expect(pages(other)).toBe(1);
});
