import { numpy as np } from "@jax-js/jax";
import { grad, type NamedArrays } from "hardgrad";
import { describe, expect, test } from "vitest";
import { checkVersion } from "../../src/engine/export/onnxruntime.ts";
import { type HostArrays, useDevice } from "../../src/index.ts";

const notices: string[] = [];
const backend = await useDevice("wasm", { notice: (sentence) => notices.push(sentence) });

describe("residents of compiled functions", () => {
  const initial: HostArrays = {
    x: { shape: [5], data: Float32Array.of(1, 2, 3, 4, 5) },
    y: { shape: [5], data: Float32Array.of(10, 20, 30, 40, 50) },
    bytes: { shape: [3], data: Uint8Array.of(0, 128, 255) },
    count: { shape: [], data: Int32Array.of(7) },
    kept: { shape: [2], data: Float32Array.of(1, 2) },
  };
  const rate: HostArrays = { rate: { shape: [], data: Float32Array.of(0.5) } };
  /** y is elementwise and in place, x is not, count is an integer, kept stays. */
  const step = ({ x, y, bytes, count, kept }: NamedArrays, { rate }: NamedArrays): NamedArrays => ({
    x: np.flip(x!.ref, [0]).add(np.sum(y!.ref)),
    y: y!.sub(x!.mul(rate!)),
    bytes: bytes!.add(1),
    count: count!.add(1),
    kept: kept!,
  });
  const expected = (n: number) => {
    let [x, y] = [
      [1, 2, 3, 4, 5],
      [10, 20, 30, 40, 50],
    ];
    for (let i = 0; i < n; i++) {
      const sum = y.reduce((a, b) => a + b);
      [x, y] = [x.toReversed().map((v) => v + sum), y.map((v, j) => v - x[j]! / 2)];
    }
    return { x, y, bytes: [n, 128 + n, 255 + n], count: [7 + n], kept: [1, 2] };
  };
  const plain = async (read: Promise<HostArrays>) =>
    Object.fromEntries(Object.entries(await read).map(([name, x]) => [name, [...x.data]]));

  test("all arrays have their successors after each step", async () => {
    const resident = backend.put(initial);
    const update = backend.update(step);
    for (let n = 0; n <= 3; n++) {
      expect(await plain(resident.read())).toEqual(expected(n));
      await update(resident, rate);
    }
    resident.dispose();
  });

  test("what is read is a copy, and what is written is what the next step sees", async () => {
    const resident = backend.put(initial);
    const update = backend.update(step);
    await update(resident, rate);
    const before = await resident.read(["y"]);
    const kept = [...before.y!.data];
    resident.write({ x: initial.x!, y: initial.y! });
    await update(resident, rate);
    expect([...before.y!.data]).toEqual(kept);
    expect(await plain(resident.read(["x", "y"]))).toEqual({ x: expected(1).x, y: expected(1).y });
    expect([...initial.x!.data]).toEqual([1, 2, 3, 4, 5]);
    resident.dispose();
  });

  test("one compiled step serves several residents, and other shapes are compiled anew", async () => {
    const update = backend.update(step);
    const [first, second] = [backend.put(initial), backend.put(initial)];
    await update(first, rate);
    await update(second, rate);
    await update(first, rate);
    expect(await plain(first.read())).toEqual(expected(2));
    expect(await plain(second.read())).toEqual(expected(1));
    const wide = backend.put({ ...initial, kept: { shape: [1, 3], data: Float32Array.of(1, 2, 3) } });
    await update(wide, rate);
    expect(await plain(wide.read(["kept", "y"]))).toEqual({ kept: [1, 2, 3], y: expected(1).y });
    for (const resident of [first, second, wide]) resident.dispose();
  });

  test("two steps on the same arrays do not meet in what they compute on the way", async () => {
    const resident = backend.put({ a: initial.x!, b: { shape: [3], data: Float32Array.of(1, 2, 3) } });
    const first = backend.update(({ a, b }: NamedArrays) => ({
      a: a!.ref.sub(np.flip(a!, [0]).mul(0.5)),
      b: b!,
    }));
    const second = backend.update(({ a, b }: NamedArrays) => ({
      a: a!,
      b: b!.ref.sub(np.flip(b!, [0]).mul(0.5)),
    }));
    await first(resident, {});
    await second(resident, {});
    await first(resident, {});
    expect(await plain(resident.read())).toEqual({ a: [-3.75, -1.5, 0.75, 3.0, 5.25], b: [-0.5, 1, 2.5] });
    resident.dispose();
  });

  test("an evaluation leaves the arrays; bytes and integers go in and out", async () => {
    const resident = backend.put(initial);
    const pixels = { shape: [5], data: Uint8Array.of(0, 51, 102, 255, 204) };
    const evaluate = backend.evaluate(({ x, y, bytes, count, kept }, { pixels: p }) => {
      for (const unused of [y!, bytes!, kept!]) unused.dispose();
      return { scaled: p!.ref.div(255).add(x!), more: count!.add(1), which: np.argmax(p!, 0) };
    });
    const { scaled, more, which } = await evaluate(resident, { pixels });
    expect([...scaled!.data].map((v) => Math.round(v * 1e5) / 1e5)).toEqual([1, 2.2, 3.4, 5, 5.8]);
    expect([more!.data[0], which!.data[0], scaled!.shape]).toEqual([8, 3, [5]]);
    expect(await plain(resident.read())).toEqual(expected(0));
    resident.dispose();
  });
});

describe("a function without an ONNX form", () => {
  /** Cholesky decomposition, which ONNX does not have. */
  const step = ({ a, total }: NamedArrays): NamedArrays => ({
    a: a!.ref.add(np.eye(2)),
    total: total!.add(np.linalg.cholesky(a!).sum()),
  });
  const plainStep = ({ a, total }: NamedArrays): NamedArrays => ({ a: a!.mul(2), total: total!.add(1) });
  const initial: HostArrays = {
    a: { shape: [2, 2], data: Float32Array.of(4, 0, 0, 9) },
    total: { shape: [], data: Float32Array.of(0) },
  };

  test("runs on wasm, says so once, and shares its arrays with the others", async () => {
    notices.length = 0;
    const resident = backend.put(initial);
    const [fallback, update] = [backend.update(step), backend.update(plainStep)];
    const trace = backend.evaluate(({ a, total }) => {
      total!.dispose();
      return { trace: np.trace(a!) };
    });
    await fallback(resident, {});
    await fallback(resident, {});
    expect((await trace(resident, {})).trace!.data[0]).toBe(17);
    await update(resident, {});
    resident.write({ total: { shape: [], data: Float32Array.of(100) } });
    await fallback(resident, {});
    const { a, total } = await resident.read();
    expect([...a!.data]).toEqual([13, 0, 0, 23]);
    expect(total!.data[0]).toBeCloseTo(100 + Math.sqrt(12) + Math.sqrt(22), 4);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/runs on jax-js instead.*cholesky/);
    resident.dispose();
  });

  test("an evaluation that falls back leaves the arrays", async () => {
    const resident = backend.put(initial);
    const evaluate = backend.evaluate(({ a, total }) => ({ l: np.linalg.cholesky(a!).add(total!) }));
    expect([...(await evaluate(resident, {})).l!.data]).toEqual([2, 0, 0, 3]);
    await backend.update(plainStep)(resident, {});
    expect([...(await resident.read(["a"])).a!.data]).toEqual([8, 0, 0, 18]);
    resident.dispose();
  });

  test("an error of the function itself is not taken for one", async () => {
    notices.length = 0;
    const resident = backend.put(initial);
    const broken = backend.update(({ a, total }) => ({ a: np.matmul(a!, np.zeros([3, 3])), total: total! }));
    await expect(broken(resident, {})).rejects.toThrow();
    expect(notices).toEqual([]);
  });
});

test("versions of onnxruntime that are not supported are named, with the way out", () => {
  for (const version of ["1.20.0", "1.30.0", "1.99.1"]) expect(() => checkVersion(version)).not.toThrow();
  for (const version of ["1.19.2", "0.5.0", "2.0.0", undefined])
    expect(() => checkVersion(version)).toThrow(
      new RegExp(
        `onnxruntime-node 1\\.20 or later and below 2, and ${version ?? "an unknown version"} is installed`,
      ),
    );
});

test("rows that are added in one place are all added, with any number of threads", async () => {
  const several = await useDevice("wasm", { threads: 2 });
  const wasm = await useDevice("wasm");
  // 832 rows of 784, six or seven to each of 128 places: the gradient of taking them.
  const rows = (x: np.Array, i: np.Array): np.Array => np.sum(np.square(np.take(x, i, 0)));
  const gradient = ({ x }: NamedArrays, { i }: NamedArrays): NamedArrays => ({
    g: grad((u: np.Array) => rows(u, i!))(x!),
  });
  const initial: HostArrays = {
    x: { shape: [128, 784], data: Float32Array.from({ length: 128 * 784 }, (_, k) => (k % 11) - 5) },
  };
  const places: HostArrays = {
    i: { shape: [832], data: Int32Array.from({ length: 832 }, (_, k) => (k * 7919) % 128) },
  };
  const [here, there] = [several.put(initial), wasm.put(initial)];
  const { g: expected } = await wasm.evaluate(gradient)(there, places);
  const evaluate = several.evaluate(gradient);
  // Whole numbers, so that no order of adding rounds.
  for (let run = 0; run < 10; run++) expect((await evaluate(here, places)).g!.data).toEqual(expected!.data);
});
