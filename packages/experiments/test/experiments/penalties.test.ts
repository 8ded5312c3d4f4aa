import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { findEstimator, grad } from "hardgrad";
import { describe, expect, test } from "vitest";
import { close } from "../../../hardgrad/test/close.ts";
import { type GateKind, hardGates, kindOf } from "../../src/experiments/gated/gate-kinds.ts";
import { initialState, losses } from "../../src/experiments/gated/losses.ts";
import { gateLogits, initialParams } from "../../src/experiments/gated/network.ts";
import { type GatedSettings, options } from "../../src/experiments/gated/options.ts";
import { formOf, resolveSettings } from "../../src/index.ts";
import { keepAll } from "../../src/nn/named-arrays.ts";
import { greyValues } from "../../src/nn/normalize.ts";

const sigma = (a: number): number => 1 / (1 + Math.exp(-a));
const list = (x: np.Array): number[] => x.reshape([-1]).js() as number[];
const float32 = { within: 2e-6, relative: 1e-5 };

describe("kinds of gates against their formulas", () => {
  const logits = [-4, -2.5, -1, 0.3, 1, 2.7, 5];
  const stretched = (a: number): number => Math.min(1, Math.max(0, sigma(a) * 1.2 - 0.1));
  // P(open) of hard concrete: sigmoid(a - beta log(0.1 / 1.1)), beta = 2/3.
  const concrete = (a: number): number => sigma(a - (2 / 3) * Math.log(0.1 / 1.1));
  const table: [Exclude<GateKind, "top">, (a: number) => number, (a: number) => number][] = [
    ["binary", sigma, () => 1],
    ["smooth", sigma, (a) => Math.sqrt(sigma(a))],
    ["rectifier", (a) => (a > 0 ? 1 : 0), (a) => a],
    ["sigmoid", sigma, sigma],
    ["hard-concrete", concrete, stretched],
  ];
  test.each(table)("%s", (gate, open, value) => {
    const kind = kindOf(gate);
    close(list(kind.open(np.array(logits))), logits.map(open), float32);
    close(list(kind.value(np.array(logits))), logits.map(value), float32);
    const used = hardGates(gate, np.array(logits), np.array([0.3]));
    close(
      list(used),
      logits.map((a) => (a > 0.3 ? value(a) : 0)),
      float32,
    );
    if (gate === "rectifier" || gate === "sigmoid") expect(kind.start(0.2)).toBe(0);
    else for (const rate of [0.1, 0.5, 0.8]) expect(open(kind.start(rate))).toBeCloseTo(rate, 9);
    // Where the value of a gate above its lowest threshold begins to be more than 0.
    if (kind.lowest > -1e9) {
      expect(value(kind.lowest)).toBeCloseTo(0, 9);
      expect(value(kind.lowest + 0.1)).toBeGreaterThan(1e-3);
    }
  });
  test("top is binary", () => expect(kindOf("top")).toBe(kindOf("binary")));
});

describe("the gated loss is the cross-entropy and the strength times the penalty", () => {
  const form = formOf({ data: "drawn" });
  const own = resolveSettings(
    options,
    {
      units: 12,
      gater: 5,
      block: 1,
      rate: 0.3,
      strength: 0.7,
      gate: "binary",
    },
    form,
  );
  const batch = 4;
  const estimator = findEstimator("straight-through")!.create();
  const params = initialParams(random.key(1), own, form);
  const images = (): np.Array => random.uniform(random.key(2), [batch, 784]).mul(255);
  const state = (settings: GatedSettings, measured?: number) => {
    const start = initialState(estimator, settings);
    // As if the running rate had been the measured one for long.
    return measured === undefined ? start : { ...start, "control.rate": np.array(measured) };
  };
  const run = (
    settings: GatedSettings,
    measured?: number,
  ): { losses: number[]; state: { [name: string]: number } } => {
    const inputs = { images: images(), labels: np.array([3, 1, 4, 1]), key: random.key(3) };
    const result = losses(keepAll(params), inputs, estimator, state(settings, measured), settings);
    const next = Object.fromEntries(
      Object.entries(result.state).map(([name, x]) => [name, x.item() as number]),
    );
    return { losses: list(result.losses), state: next };
  };
  const logits = gateLogits(keepAll(params), greyValues(images())).js() as number[][];
  const p = logits.map((row) => row.map(sigma));
  const rate = 0.3;
  const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const columns = Array.from({ length: p[0]!.length }, (_, j) => p.map((row) => row[j]!));
  const plain = run({ ...own, penalty: "none" });
  const added = (settings: Partial<GatedSettings>): number[] => {
    const { losses: with_ } = run({ ...own, ...settings });
    return with_.map((v, n) => v - plain.losses[n]!);
  };
  const all = (value: number): number[] => Array(batch).fill(value);
  // Differences of losses of about 2.3 in float32, with logarithms that are right to about 1e-5.
  const differences = { within: 5e-5 };

  test("kl: the divergence of the rates of the gates from the wanted one", () => {
    const kl = columns.reduce((sum, column) => {
      const q = mean(column);
      return sum + rate * Math.log(rate / q) + (1 - rate) * Math.log((1 - rate) / (1 - q));
    }, 0);
    close(added({ penalty: "kl" }), all(0.7 * kl), differences);
  });
  test("l1: the sum of the gates of each example, which are those drawn", () => {
    const sums = added({ penalty: "l1" });
    for (const sum of sums) expect(sum / 0.7).toBeCloseTo(Math.round(sum / 0.7), 4);
    expect(Math.max(...sums)).toBeGreaterThan(0.7);
    expect(new Set(sums.map((s) => Math.round(s / 0.7))).size).toBeGreaterThan(1);
  });
  test("the strength follows the measured rate, within a band of a tenth of it", () => {
    const measured = mean(p.flat());
    const at = (wanted: number, settings: Partial<GatedSettings> = {}) =>
      run({ ...own, penalty: "kl", rate: wanted, control: 1.5, ...settings }, measured).state[
        "control.strength"
      ]!;
    expect(at(measured * 1.5, { strengthLow: 0.01, strengthHigh: 10 })).toBeCloseTo(0.7 / 1.5, 5);
    expect(at(measured / 1.5, { strengthLow: 0.01, strengthHigh: 10 })).toBeCloseTo(0.7 * 1.5, 5);
    expect(at(measured / 1.5, { strengthLow: 0.01, strengthHigh: 0.8 })).toBeCloseTo(0.8, 5);
    expect(at(measured, { strengthLow: 0.01, strengthHigh: 10 })).toBeCloseTo(0.7, 5);
    // The band: a tenth of the wanted rate, a twentieth of it with l1.
    for (const [penalty, band] of [
      ["kl", 0.1],
      ["l1", 0.05],
    ] as const)
      for (const [part, strength] of [
        [0.9, 0.7],
        [1.1, 0.7 * 1.5],
      ] as const)
        expect(
          at(measured / (1 + part * band), { penalty, strengthLow: 0.01, strengthHigh: 10 }),
          `${penalty} ${part}`,
        ).toBeCloseTo(strength, 5);
    expect(at(measured / 1.5, { control: 1 })).toBeCloseTo(0.7, 5);
    expect(at(measured / 1.5, { penalty: "none" })).toBeCloseTo(0.7, 5);
  });
  test("a gradient of the penalty alone flows to the gater", () => {
    const slope = (settings: GatedSettings): number[] => {
      const inputs = () => ({ images: images(), labels: np.array([3, 1, 4, 1]), key: random.key(3) });
      const g = grad((w: np.Array) => {
        const result = losses(
          { ...keepAll(params), gater2: w },
          inputs(),
          estimator,
          initialState(estimator, settings),
          settings,
        );
        for (const array of Object.values(result.state)) array.dispose();
        return np.mean(result.losses);
      })(params.gater2!.ref);
      return list(g);
    };
    const [without, with_] = [slope({ ...own, penalty: "none" }), slope({ ...own, penalty: "kl" })];
    expect(Math.max(...with_.map((g, i) => Math.abs(g - without[i]!)))).toBeGreaterThan(0.01);
  });
});
