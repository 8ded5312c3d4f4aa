import { afterAll, expect } from "vitest";
import * as limits from "../../src/check/limits.ts";
import type { Outcome } from "../../src/check/outcome.ts";
import * as samples from "../../src/check/samples.ts";
import * as suite from "../../src/check/transforms.ts";
import type { Entry } from "../harness.ts";

export { lossOf } from "../../src/check/losses.ts";

/** Every property that an entry declares, but for its bias: by the suite that is shipped as `hardgrad/check`. */
function hold(outcomes: readonly Outcome[]): void {
  expect(outcomes.length).toBeGreaterThan(0);
  expect(outcomes.filter((o) => !o.holds).map((o) => o.message)).toEqual([]);
}

/** Estimators whose value is not the mean of f over what they evaluate. */
const valueIs: { readonly [id: string]: "first" | "within" } = {
  // f at the sample; the other evaluations serve the gradient
  "local-expectation": "first",
  "measure-valued": "first",
  "stochastic-triples": "first",
  muprop: "first",
  rebar: "first",
  relax: "first",
  // a weighted mean, or a bound
  exact: "within",
  "sparsemax-marginal": "within",
  "entmax-marginal": "within",
  vimco: "within",
  "unordered-set": "within",
  "rao-blackwell": "within",
};
/** Estimators whose first evaluation is not a sample of the distribution. */
const notASample = ["exact", "sparsemax-marginal", "entmax-marginal", "rao-blackwell"];

/** Evaluations, hardness, value and law are as declared. */
export function samplesAndValues(entry: Entry, count = 4000): void {
  hold(
    samples.samplesAndValues(entry, {
      count,
      rules: [valueIs[entry.id] ?? "mean"],
      samples: !notASample.includes(entry.id),
    }),
  );
}

let held: { readonly entry: Entry; readonly program: suite.CompiledGradient } | undefined;
const release = (): void => {
  held?.program.dispose();
  held = undefined;
};
afterAll(release);

/** One program for the tests of an entry, which follow one another: all of them together are some hundred megabytes. */
function programFor(entry: Entry): suite.CompiledGradient {
  if (held?.entry !== entry) {
    release();
    held = { entry, program: suite.programOf(entry) };
  }
  return held.program;
}

/** jit = eager, and the same key gives the same bits. */
export function transforms(entry: Entry): void {
  hold(suite.transforms(entry, programFor(entry)));
}

/** A map over keys is a loop over them. */
export function mapsOverKeys(entry: Entry): void {
  hold([suite.mapsOverKeys(entry, programFor(entry))]);
}

/** Gradients to the parameters of f are right. */
export function gradientsToParameters(entry: Entry): void {
  hold([suite.gradientsToParameters(entry)]);
}

/** Needs are as declared, NaN never appears, inputs are consumed once. */
export function needsAndExtremes(entry: Entry): void {
  hold([limits.needs(entry), limits.extremes(entry, programFor(entry)), limits.ownership(entry)]);
}
