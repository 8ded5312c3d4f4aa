import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { type Costs, loadRuntime, measureCosts, type Network, writeRuntimeFile } from "../src/index.ts";
import { gatedNetwork, smallNetwork } from "./networks.ts";
import { evaluate, expectWithin, floats, generator } from "./reference.ts";
import { runValues, usualCosts } from "./values.ts";

const random = generator(3);

test("batches of any size give the bits of single examples", async () => {
  const runtime = await loadRuntime(writeRuntimeFile(gatedNetwork(50, 200, 16, 0.3)), { costs: usualCosts });
  const x = floats(200 * 50, random);
  const singles = Float32Array.from({ length: 2000 });
  for (let i = 0; i < 200; i++) singles.set(runtime.forward(x.subarray(i * 50, (i + 1) * 50)), i * 10);
  for (const batch of [1, 2, 63, 64, 65, 128, 200])
    expect(runtime.forward(x.subarray(0, batch * 50))).toEqual(singles.subarray(0, batch * 10));
});

test("a file's weights are checked once", async () => {
  const bytes = writeRuntimeFile(gatedNetwork(50, 200, 16, 0.3));
  const weights = bytes.length / 4; // and the header, which counts for more than what else is checked
  const seen = vi.spyOn(Number, "isFinite");
  await loadRuntime(bytes, { costs: usualCosts });
  const calls = seen.mock.calls.length;
  seen.mockRestore();
  expect(calls).toBeGreaterThan(0.9 * weights);
  expect(calls).toBeLessThan(1.1 * weights);
});

test("the outputs of the whole small network are those of float64", async () => {
  const network = smallNetwork();
  const x = floats(9 * 20, random);
  const { examples } = await runValues(network, x);
  for (const given of examples)
    for (const [index, wanted] of evaluate(network, given).entries())
      expectWithin(`layer ${index}`, given[index + 1]!, wanted);
  const runtime = await loadRuntime(network, { costs: usualCosts });
  const y = runtime.forward(x);
  for (const [i, given] of examples.entries()) expect(y.subarray(i * 6, (i + 1) * 6)).toEqual(given.at(-1));
  expect(runtime).toMatchObject({ inputs: 9, outputs: 6, meta: { name: "small", accuracy: 0.5 } });
});

test("a rate of 0 or 1: nothing open gives the bias of the next layer, everything open the dense network", async () => {
  for (const [share, path] of [
    [0, "gates"],
    [1, "dense"],
  ] as const) {
    const network = gatedNetwork(40, 100, 8, share);
    const auto = await loadRuntime(network, { costs: usualCosts });
    for (const batch of [1, 7, 64]) {
      const x = floats(batch * 40, random);
      const dense = await loadRuntime(network, { costs: usualCosts, path: "dense" });
      expect(auto.forward(x)).toEqual(dense.forward(x));
      const reports = auto.explain(x);
      expect(reports[2]).toMatchObject({ kind: "gate", rate: Math.round(share * 13) / 13 });
      expect(reports[3]!.paths).toEqual({ [path]: 1 });
    }
  }
});

test("the costs decide the path", async () => {
  const network = gatedNetwork(64, 256, 16, 0.5);
  const x = floats(64 * 64, random).map((v) => (v > -0.7 ? v : 0));
  const pathOf = async (costs: Costs): Promise<unknown> =>
    (await loadRuntime(network, { costs })).explain(x)[3]!.paths;
  expect(await pathOf(usualCosts)).toEqual({ gates: 1 });
  expect(await pathOf({ ...usualCosts, skip: 0.01 })).toEqual({ inputs: 1 });
  // Single rows so dear that only whole tiles pay.
  expect(await pathOf({ ...usualCosts, row: 50, skip: 50 })).toEqual({ dense: 1 });
});

test("measured costs are positive and of a plausible size", async () => {
  const before = process.cpuUsage();
  const costs = await measureCosts(false);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(5000);
  for (const [name, cost] of Object.entries(costs)) {
    // What a gate costs apart from its sums is a difference of two times, and 0 where noise hides it.
    if (name === "pair") expect(cost === 0 || cost > 1e-6, `pair ${cost}`).toBe(true);
    else expect(cost, name).toBeGreaterThan(0.001);
    expect(cost, name).toBeLessThan(1000);
  }
});

describe("refused in one sentence", () => {
  test("inputs of the wrong length or kind, NaN and infinite inputs", async () => {
    const runtime = await loadRuntime(smallNetwork(), { costs: usualCosts });
    const good = floats(9 * 70, random);
    expect(() => runtime.forward(good.subarray(1))).toThrow(
      "forward: 629 numbers given, but one example has 9",
    );
    expect(() => runtime.forward(new Float32Array(0))).toThrow("forward: 0 numbers given");
    expect(() => runtime.forward([1] as never)).toThrow("forward: inputs must be a Float32Array.");
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const at of [0, 8, 9 * 64 + 3, good.length - 1]) {
        const x = good.slice();
        x[at] = bad;
        const place = `example ${Math.floor(at / 9)} holds ${bad} at position ${at % 9}`;
        expect(() => runtime.forward(x)).toThrow(`forward: ${place}`);
        expect(() => runtime.explain(x)).toThrow(`explain: ${place}`);
      }
    expect(runtime.forward(good)).toHaveLength(6 * 70);
  });

  test("options out of range, networks that do not fit", async () => {
    const network = smallNetwork();
    await expect(loadRuntime(network, { path: "fast" as never })).rejects.toThrow("path is fast");
    await expect(loadRuntime(network, { costs: { ...usualCosts, row: -1 } })).rejects.toThrow(
      "costs.row is -1",
    );
    await expect(loadRuntime({ ...network, inputs: 10 })).rejects.toThrow("weight must be 40 numbers");
    await expect(loadRuntime(new Uint8Array(10))).rejects.toThrow("truncated");
    const wide: Network = {
      inputs: 2 ** 20,
      layers: Array.from({ length: 20 }, () => ({ kind: "unit", unit: "relu" }) as const),
    };
    await expect(loadRuntime(wide)).rejects.toThrow("4 GB");
  });
});

test("nothing else is needed: no dependency, no import from outside", () => {
  const folder = new URL("..", import.meta.url);
  const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");
  const { dependencies, peerDependencies } = JSON.parse(read("package.json"));
  expect({ dependencies, peerDependencies }).toEqual({});
  const sources = readdirSync(new URL("src", folder), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  expect(sources).toContain("circuit/runtime.ts");
  for (const name of sources)
    for (const [, from] of read(`src/${name}`).matchAll(/from "([^"]*)"/g))
      expect(from).toMatch(/^\.\.?\/[^.]/);
});
