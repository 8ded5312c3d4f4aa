import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  followRate,
  openShare,
  type RateControl,
  reluRouterControl,
  startRateControl,
} from "../../src/index.ts";
import { close } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

describe("ReLU routing is followRate on rectifier gates", () => {
  const run = (rates: readonly number[], settings: RateControl): number[] => {
    let control = startRateControl(1e-8, settings);
    return rates.map((rate) => {
      control = followRate(control, np.array(rate), settings);
      return control.strength!.ref.item() as number;
    });
  };
  const remoe = (rates: readonly number[], target: number): number[] => {
    let strength = 1e-8;
    return rates.map((r) => (strength = r > target ? strength * 1.2 : strength / 1.2));
  };
  test("golden", () => {
    const strengths = run([0.9, 0.6, 0.3, 0.2, 0.26], reluRouterControl(8, 2));
    close(
      strengths.map((s) => s * 1e8),
      golden.remoe,
    );
    close(golden.remoe, [1.2, 1.44, 1.728, 1.44, 1.728]);
  });
  test("for any rates but the target's, between the limits", () => {
    const rate = fc.integer({ min: 0, max: 1000 }).filter((n) => n !== 250);
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 30 }), (thousandths) => {
        const rates = thousandths.map((n) => n / 1000);
        // Thirty float32 products, each off by 6e-8 at most.
        close(
          run(rates, reluRouterControl(8, 2)).map((s) => s * 1e8),
          remoe(rates, 0.25).map((s) => s * 1e8),
          { within: 1e-9, relative: 4e-6 },
        );
      }),
      { numRuns: 20 },
    );
  });
  test("not at the target exactly, nor beyond the limits", () => {
    const at = run([0.25], reluRouterControl(8, 2))[0]! * 1e8;
    expect(at).toBeCloseTo(1, 6);
    expect(remoe([0.25], 0.25)[0]! * 1e8).toBeCloseTo(1 / 1.2, 6);
    const idle = Array.from({ length: 60 }, () => 0);
    expect(run(idle, reluRouterControl(8, 2)).at(-1)! * 1e12).toBeCloseTo(1, 6);
    expect(remoe(idle, 0.25).at(-1)!).toBeLessThan(1e-12);
    // followRate's own lower limit would lift the first strength.
    expect(run([0.9], { rate: 0.25, band: 0, factor: 1.2, decay: 0 })[0]! * 1e6).toBeCloseTo(1, 6);
  });
  test("the rate is the share of open gates", () => {
    expect(
      openShare(
        np.array([
          [1, 0],
          [0.5, 2],
        ]),
      ).item(),
    ).toBe(0.75);
  });
});
