import type { Estimator } from "../types.ts";
import { type BiasOptions, biased, exactFor, objectivesFor, unbiased } from "./bias.ts";
import { type Case, caseOf, cases, caseText, type Entry, variantsOf } from "./cases.ts";
import { estimatesOf } from "./estimates.ts";
import { extremes, needs, ownership, stateKept } from "./limits.ts";
import { objectives } from "./objectives.ts";
import type { Claim, Outcome } from "./outcome.ts";
import { samplesAndValues } from "./samples.ts";
import { optionsRefused, readable } from "./traits.ts";
import { gradientsToParameters, mapsOverKeys, programOf, transforms } from "./transforms.ts";

export type { Claim } from "./outcome.ts";

/** How much to check, and whom to tell. */
export interface CheckOptions {
  /** Estimates per objective, 1000 to 1,000,000 (default 10,000): more see smaller biases. */
  readonly samples?: number;
  /** Of everything that is drawn, 0 to 1,000,000 (default 0). */
  readonly seed?: number;
  /** Told before each step what is checked, and how many of the steps are done. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** One claim of an estimator, and whether it holds. */
export interface Finding {
  readonly claim: Claim;
  readonly holds: boolean;
  /** What is claimed and what was measured: one sentence with the numbers. */
  readonly message: string;
  /** The distribution and the options that it was measured with; absent where neither matters. */
  readonly where?: string;
}

/** An estimator, or what makes one from options: `rloo()`, or `rloo`, of which every option is checked too. */
// biome-ignore lint/suspicious/noExplicitAny: a factory takes whatever its own table allows
export type Checkable = Estimator | ((options?: any) => Estimator);

interface Step {
  readonly what: string;
  readonly where?: string;
  run(): Outcome | readonly Outcome[] | Promise<Outcome | readonly Outcome[]>;
}

/**
 * The conformance suite, on an estimator of your own: each claim of its traits against what it does. On a few units of
 * every kind that it supports, at two scales of the logits: its samples, its value, bias on up to eight objectives against
 * the exact gradient, its needs, `jit`, `vmap`, extreme logits, what it consumes. Of a factory also every choice and
 * another number of every option, and what the options refuse.
 *
 * A bias counts as seen above 4.5 standard errors, after a floor for float32, in two independent sets of estimates, with the
 * same sign; the second is four times as large. A false alarm in a check has probability below 1e-7, for normal means. That none was found says that it is smaller
 * than about five standard errors of this many samples on these objectives, not that it is zero.
 *
 * @param estimator a factory, such as `rloo`, or one estimator, such as `rloo({ samples: 8 })`.
 * @returns one finding per claim and place; the claims that are false have `holds: false`.
 * @throws RangeError for samples or a seed out of range.
 * @example
 * const findings = await checkEstimator(straightThrough, { samples: 2000 });
 * const lies = findings.filter((finding) => !finding.holds).map((finding) => finding.message);
 */
export async function checkEstimator(
  estimator: Checkable,
  { samples = 10_000, seed = 0, onProgress }: CheckOptions = {},
): Promise<readonly Finding[]> {
  if (!Number.isInteger(samples) || samples < 1000 || samples > 1_000_000)
    throw new RangeError(
      `checkEstimator: samples must be a whole number from 1000 to 1000000, not ${samples}.`,
    );
  if (!Number.isInteger(seed) || seed < 0 || seed > 1_000_000)
    throw new RangeError(`checkEstimator: seed must be a whole number from 0 to 1000000, not ${seed}.`);
  const create = typeof estimator === "function" ? estimator : undefined;
  const one = typeof estimator === "function" ? estimator() : estimator;
  const programs: { dispose(): void }[] = [];
  const steps = stepsOf(one, create, { samples, seed }, (program) => {
    programs.push(program);
    return program;
  });
  const findings: Finding[] = [];
  for (const [i, step] of steps.entries()) {
    onProgress?.(step.where ? `${step.what}, ${step.where}` : step.what, i, steps.length);
    // Lets the caller draw its progress: nothing in most steps waits.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const place = step.where === undefined ? {} : { where: step.where };
    try {
      for (const outcome of [await step.run()].flat()) findings.push({ ...outcome, ...place });
    } catch (error) {
      const message = `${one.id} fails at ${step.what}${step.where ? ` (${step.where})` : ""}: ${error instanceof Error ? error.message : String(error)}`;
      findings.push({ claim: "runs", holds: false, message, ...place });
    }
  }
  for (const program of programs) program.dispose();
  onProgress?.("done", steps.length, steps.length);
  return findings;
}

/** What steps share is freed after the last of them. */
type Keep = <T extends { dispose(): void }>(program: T) => T;

function stepsOf(
  estimator: Estimator,
  create: ((options?: { [name: string]: unknown }) => Estimator) | undefined,
  { samples, seed }: { readonly samples: number; readonly seed: number },
  kept: Keep,
): Step[] {
  const biasOptions = (of: Estimator, c: Case, among = objectives): BiasOptions => ({
    count: samples,
    estimates: kept(estimatesOf(of, c, objectivesFor({ estimator: of }, among))),
  });
  const { id, supports, options } = estimator;
  const steps: Step[] = [{ what: "traits", run: () => readable(estimator) }];
  if (!Array.isArray(supports) || supports.some((kind) => !caseOf(kind))) return steps;
  if (create) steps.push({ what: "options", run: () => optionsRefused(id, create, options) });
  const byKind = new Map(supports.map((kind) => [kind, biasOptions(estimator, caseOf(kind))]));
  for (const c of cases.filter(({ kind }) => supports.includes(kind))) {
    const entry: Entry = { id, estimator, case: c, seed };
    steps.push(...biasSteps(entry, byKind.get(c.kind)!, exactFor(entry)));
    if (c === caseOf(c.kind)) steps.push(...stepsFor(entry, kept));
  }
  for (const variant of create ? variantsOf(id, create, estimator) : []) {
    const entry = { ...variant, seed };
    const few = exactFor(entry).filter(({ name }) => ["linear", "quadratic", "coupled"].includes(name));
    const options = biasOptions(entry.estimator, entry.case, few);
    steps.push(...stepsFor(entry, kept), ...biasSteps(entry, options, few));
  }
  return steps;
}

function biasSteps(entry: Entry, options: BiasOptions, exact: ReturnType<typeof exactFor>): Step[] {
  const where = caseText(entry);
  const { unbiased: claimed, continuous } = entry.estimator;
  const steps: Step[] = [];
  if (exact.length > 0)
    steps.push({ what: "no bias where none is claimed", where, run: () => unbiased(entry, exact, options) });
  if (!claimed || continuous)
    steps.push({
      what: "bias where it is claimed",
      where,
      run: async () => {
        const outcome = await biased(entry, options);
        // A small bias takes more estimates: what claims too little is told so only if they don't show it either.
        return outcome.holds ? outcome : biased(entry, { ...options, count: 3 * options.count });
      },
    });
  return steps;
}

/** Everything but the bias. */
function stepsFor(entry: Entry, kept: Keep): Step[] {
  const program = kept(programOf(entry));
  const where = caseText(entry);
  const enumerates = entry.estimator.enumerates === true;
  return [
    { what: "samples and value", where, run: () => samplesAndValues(entry, { samples: !enumerates }) },
    { what: "needs", where, run: () => needs(entry) },
    { what: "state", where, run: () => stateKept(entry) },
    { what: "jit", where, run: () => transforms(entry, program) },
    { what: "vmap", where, run: () => mapsOverKeys(entry, program) },
    { what: "gradients to parameters", where, run: () => gradientsToParameters(entry) },
    { what: "extreme logits", where, run: () => extremes(entry, program) },
    { what: "ownership", where, run: () => ownership(entry) },
  ];
}
