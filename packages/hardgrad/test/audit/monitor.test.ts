import "../setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  flipRatio,
  gateRates,
  gateReport,
  monitorGradient,
  signalToNoise,
  startGradientMonitor,
} from "../../src/index.ts";
import { close } from "../close.ts";

describe("rates of gates", () => {
  test("always-open and always-closed gates are counted at every batch size from 1 to 1024", () => {
    const wrong: number[] = [];
    for (let batch = 1; batch <= 1024; batch++) {
      // Open, closed, closed for the last example only, open for the last only.
      const samples = new Float32Array(4 * batch);
      for (let n = 0; n < batch; n++) {
        samples[4 * n] = 1;
        samples[4 * n + 2] = n === batch - 1 ? 0 : 1;
        samples[4 * n + 3] = n === batch - 1 ? 1 : 0;
      }
      const { dead, saturated, rate } = gateRates(np.array(samples).reshape([batch, 4]));
      // Of a single example the third gate is closed, the fourth open.
      const share = batch === 1 ? 0.5 : 0.25;
      const report = gateReport(samples, 4);
      const right = dead.item() === share && saturated.item() === share && Math.abs(rate.item() - 0.5) < 1e-5;
      if (!right || report.dead !== share || report.alwaysOn !== share) wrong.push(batch);
    }
    expect(wrong).toEqual([]);
  });
  test("compiled, the same", () => {
    const rates = jit((h: np.Array) => gateRates(h).saturated);
    for (const batch of [41, 47, 55, 1023]) expect(rates(np.ones([batch, 3])).item()).toBe(1);
  });
  test("arrays that merely broadcast are refused", () => {
    const wide = np.ones([2, 2]);
    expect(() => flipRatio(wide, np.ones([2]))).toThrow(/flipRatio: the second array has shape \[2\]/);
    expect(() => monitorGradient(startGradientMonitor([2, 2]), np.ones([2]))).toThrow(
      /the gradient has shape \[2\], but must have \[2,2\]/,
    );
  });
});

test("signal and noise of three gradients, by weighted means in float64", () => {
  const gradients = [
    [0.02, -0.01, 0.03],
    [0.01, -0.03, 0.03],
    [0.04, -0.02, 0.03],
  ];
  for (const decay of [0.9, 0.99]) {
    let state = startGradientMonitor([3]);
    for (const g of gradients)
      state =
        decay === 0.99 ? monitorGradient(state, np.array(g)) : monitorGradient(state, np.array(g), decay);
    const weights = gradients.map((_, t) => decay ** (gradients.length - 1 - t));
    const total = weights.reduce((a, b) => a + b);
    const mean = (of: (g: readonly number[]) => number): number =>
      gradients.reduce((sum, g, t) => sum + (weights[t]! / total) * of(g), 0);
    const means = [0, 1, 2].map((i) => mean((g) => g[i]!));
    const variance = [0, 1, 2].reduce((sum, i) => sum + mean((g) => g[i]! ** 2) - means[i]! ** 2, 0);
    const signal = means.reduce((sum, m) => sum + m * m, 0);
    const found = signalToNoise(state);
    // Squares of 1e-3 less squares, in float32.
    close([found.variance.item()], [variance], { within: 1e-8, relative: 1e-3 });
    close([found.ratio.item()], [signal / variance], { within: 1e-3, relative: 2e-3 });
  }
});
