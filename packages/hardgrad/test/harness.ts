import "./setup.ts";
import {
  type Case,
  caseOf,
  cases,
  type Entry,
  makeDistribution,
  repeatedLogits,
  variantsOf,
} from "../src/check/cases.ts";
import { estimatesOf } from "../src/check/estimates.ts";
import type { CheckObjective } from "../src/check/objectives.ts";
import { catalogue, type Estimator } from "../src/index.ts";

export { type Case, caseOf, cases, type Entry, makeDistribution, repeatedLogits };

/** Every (estimator, case) that is supported, by default options. */
export const supported: readonly Entry[] = catalogue.flatMap(({ id, create }) =>
  cases.filter((c) => create().supports.includes(c.kind)).map((c) => ({ id, estimator: create(), case: c })),
);

/** Every estimator once, on one of the kinds that it supports, another kind for the next estimator. */
export const oneOfEach: readonly Entry[] = catalogue.map(({ id }, i) => {
  const own = supported.filter((e) => e.id === id && e.case === caseOf(e.case.kind));
  return own[i % own.length]!;
});

/**
 * Every estimator with every option off its default, on one of the kinds that it supports, another for the next option:
 * all kinds are tried with the defaults.
 */
export const variants: readonly Entry[] = catalogue.flatMap(({ id, create }) =>
  variantsOf(id, create, create()),
);

/** The name of a test of an entry; the estimator's id and a comma first, so that one can ask for it. */
export const title = ({ id, case: c, given }: Entry): string =>
  `${id}, ${c.kind}, ${given ?? `first logit ${c.logits[0]!.toFixed(2)}`}`;

/** Estimates of an estimator on one objective, a row each. */
export async function estimates(
  estimator: Estimator,
  c: Case,
  objective: CheckObjective,
  count: number,
  seed: number,
): Promise<Float32Array> {
  const all = estimatesOf(estimator, c, [objective]);
  const [rows] = await all.of(c, [objective], count, seed);
  all.dispose();
  return rows!;
}
