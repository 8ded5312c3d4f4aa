import { afterAll, expect } from "vitest";
import * as suite from "../../src/check/bias.ts";
import type { Case } from "../../src/check/cases.ts";
import { type Estimates, estimatesOf } from "../../src/check/estimates.ts";
import type { CheckObjective } from "../../src/check/objectives.ts";
import type { Entry } from "../harness.ts";
import { objectives, type TestObjective } from "../objectives.ts";
import { exactGradient, states } from "../oracle.ts";

/**
 * Every property that an entry of the catalogue declares is checked for every entry, by the suite that is shipped
 * (`hardgrad/check`) against an oracle written apart from the library. With some 600 comparisons a false alarm at 4.5
 * standard errors has probability 0.4 %; seeds are fixed, so it would show once and for ever.
 */
function exact(c: Case, { name }: CheckObjective): suite.Exact {
  const { js } = objectives.find((o) => o.name === name)!;
  return {
    gradient: exactGradient(c, js).gradient,
    size: states(c).reduce((sum, s) => sum + s.probability * Math.abs(js(s.x)), 0),
  };
}

/** What an entry claims to be exact for, by the traits of the instance in hand. */
export function exactFor(entry: Entry): readonly TestObjective[] {
  const names = suite.exactFor(entry).map((o) => o.name);
  return objectives.filter((o) => names.includes(o.name));
}

/** Of an entry with an option: the highest degrees that are claimed, or one objective of each sort; lower ones follow. */
export function optionChosen(entry: Entry): readonly TestObjective[] {
  const exact = exactFor(entry);
  return entry.estimator.unbiased
    ? exact.filter((o) => ["quadratic", "coupled"].includes(o.name))
    : exact.filter((o) => ["linear", "quadratic", "cubic", "coupled"].includes(o.name)).slice(-1);
}

const compiled = new Map<string, Estimates>();
afterAll(() => {
  for (const estimates of compiled.values()) estimates.dispose();
});

/** One compiled function for both tests of an entry, and for both scales of the logits. */
function estimatesFor(entry: Entry): Estimates {
  const { id, estimator, case: c, given = "" } = entry;
  const name = `${id}, ${c.kind}, ${given}`;
  const among = given ? suite.objectivesFor(entry, optionChosen(entry)) : objectives;
  const estimates = compiled.get(name) ?? estimatesOf(estimator, c, among);
  compiled.set(name, estimates);
  return estimates;
}

/** No bias on the objectives that are given. */
export async function unbiased(entry: Entry, among: readonly TestObjective[], count = 30_000): Promise<void> {
  const outcomes = await suite.unbiased(entry, among, { count, estimates: estimatesFor(entry), exact });
  expect(outcomes.length).toBe(among.length);
  expect(outcomes.filter((o) => !o.holds).map((o) => o.message)).toEqual([]);
}

/** Bias on some objective that the entry does not claim to be exact for. */
export async function biased(entry: Entry, count = 30_000): Promise<void> {
  const { holds, message } = await suite.biased(entry, { count, estimates: estimatesFor(entry), exact });
  expect(holds, message).toBe(true);
}
