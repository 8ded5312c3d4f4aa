import { classifier, type RunConfig, type Summary, vae } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import { resultsOf } from "../../src/sweep/results.ts";
import { tableOf } from "../../src/sweep/table.ts";
import { verdict } from "../../src/sweep/verdict.ts";

/** What a comparison says of these values of the headline metric, one for each seed. */
function said(
  values: { readonly [estimator: string]: readonly (number | null)[] },
  { experiment = classifier as typeof classifier | typeof vae, testError = Number.NaN } = {},
): string {
  const { tag } = experiment.headline;
  const runs = Object.entries(values).flatMap(([estimator, of]) =>
    of.map((value, seed) => {
      const [id, ...options] = estimator.split(":");
      const config: RunConfig = {
        experiment: experiment.name,
        estimator: { id: id!, options: Object.fromEntries(options.map((o) => o.split("="))) },
        data: "drawn",
        seed,
        settings: {},
      };
      // As summary.json has it: null where JSON has no number.
      const metrics = { [tag]: value, [`${tag}-standard-error`]: testError, "gradient/variance": 1 };
      const bests = value === null ? {} : { [tag]: { value, epoch: 1 } };
      const summary = { metrics, bests, msPerStep: 1 } as unknown as Summary;
      return { run: { config, group: estimator, varied: {} }, summary };
    }),
  );
  const results = resultsOf(experiment, runs);
  expect(tableOf(experiment, results).rows.flat().join(" ")).not.toMatch(/NaN|Infinity|undefined/);
  return verdict(experiment.headline, results);
}

const claims = /wins|leads|ahead|[Ll]ast|behind|Behind/;

describe("the verdict of a comparison", () => {
  test("equal numbers are a tie, whatever the order", () => {
    const equal = said({ rloo: [0.5174, 0.52], reinmax: [0.5174, 0.52] });
    expect(equal).toMatch(/^A tie of rloo \(51\.87 %\) and reinmax \(51\.87 %\): equal over 2 seeds\.$/);
    expect(said({ rloo: [0, 0, 0], reinmax: [0, 0, 0], arm: [0, 0, 0] })).toMatch(
      /^A tie of rloo .* and arm/,
    );
  });
  test("one seed decides nothing, however far apart", () => {
    for (const values of [
      { rloo: [0.9], reinmax: [0.1] },
      { rloo: [0.5], reinmax: [0.5] },
    ]) {
      expect(said(values, { testError: 0.001 })).toBe(
        "Undecided: one seed can't tell estimators apart; use --seeds 3 or more.",
      );
      expect(said(values, { testError: 0.001 })).not.toMatch(claims);
    }
  });
  test("what is not a number neither wins nor leads, and is named", () => {
    const one = said({ rloo: [null, 0.9, 0.9], reinmax: [0.5, 0.51, 0.52], arm: [0.1, 0.11, 0.12] });
    expect(one).toMatch(/^reinmax wins .* ahead of arm/);
    expect(one).toMatch(/Not counted, since the test accuracy is not a number: rloo\.$/);
    expect(said({ rloo: [Number.NaN], reinmax: [0.5] })).toMatch(/^No verdict: only reinmax .*: rloo\.$/);
    expect(said({ rloo: [null, null], reinmax: [null, null] })).toMatch(/^No verdict: .* not a number\.$/);
    const loss = { experiment: vae };
    expect(said({ rloo: [null, 1], reinmax: [5, 5.1], exact: [9, 9.2] }, loss)).toMatch(/^reinmax wins/);
    expect(said({ rloo: [Number.POSITIVE_INFINITY], reinmax: [5] }, loss)).toMatch(
      /^No verdict: only reinmax/,
    );
  });
  test("a clear difference is said with its error, and who else is behind", () => {
    const clear = said({ arm: [0.5, 0.51, 0.49], reinmax: [0.9, 0.91, 0.9], rloo: [0.7, 0.69, 0.7] });
    expect(clear).toMatch(
      /^reinmax wins with 90\.33 %, 20\.7 ± 0\.667 points ahead of rloo over 3 seeds: its gradient/,
    );
    expect(clear).toMatch(/Behind as well: arm \(50\.00 %\)\.$/);
    const lower = said({ rloo: [100, 101, 102], reinmax: [90, 91, 92.1] }, { experiment: vae });
    expect(lower).toMatch(/^reinmax wins with 91\.03 nats/);
  });
  test("pairs by seed: a small difference that every seed has is one, the same means without that are none", () => {
    const paired = { rloo: [0.5, 0.6, 0.7, 0.8], reinmax: [0.5101, 0.61, 0.7099, 0.81] };
    expect(said(paired)).toMatch(/^reinmax wins/);
    expect(said({ rloo: [0.5, 0.6, 0.7, 0.8], reinmax: [0.81, 0.7099, 0.61, 0.5101] })).toMatch(/^Undecided/);
  });
  test("two seeds need Student's t, and one of several that is level is not behind", () => {
    // t = 0.06 / 0.01 = 6, and the 95 % quantile for one degree of freedom is 12.7.
    expect(said({ rloo: [0.9, 0.93], reinmax: [0.97, 0.98] })).toMatch(
      /^Undecided between reinmax .* and rloo/,
    );
    const three = said({ rloo: [0.9, 0.93], reinmax: [0.97, 0.98], arm: [0.1, 0.11] });
    expect(three).toMatch(/Behind by more than chance: arm \(10\.50 %\)\.$/);
  });
  test("equal steps of a small test set are no proof", () => {
    const step = { rloo: [0.5, 0.52], reinmax: [0.51, 0.53] };
    expect(said(step, { testError: 0.05 })).toMatch(/^Undecided/);
    expect(said({ rloo: [0.1, 0.12], reinmax: [0.91, 0.93] }, { testError: 0.05 })).toMatch(/^reinmax wins/);
  });
  test("a difference that is decided is never said to be zero", () => {
    const tiny = said({ rloo: [0.5, 0.6, 0.7], reinmax: [0.50001, 0.600011, 0.700009] });
    expect(tiny).toMatch(/^reinmax wins with 60\.00 %, 1\.0e-3 ± .* points ahead/);
  });
  test("traits are those of the options in hand", () => {
    const text = said({ "reinmax:temperature=1.3": [0.9, 0.91, 0.92], rloo: [0.1, 0.12, 0.13] });
    expect(text).toMatch(/^reinmax:temperature=1\.3 wins .*its gradient is biased/);
  });
});
