import type { Estimator, Family, Kind, Need, OptionSpec } from "../types.ts";
import type { Outcome } from "./outcome.ts";

// Written by hand, as a type leaves nothing to look into; that they are complete is checked by the compiler.
const kinds = Object.keys({
  bernoulli: 0, categorical: 0, subset: 0, "plackett-luce": 0, poisson: 0, binomial: 0,
} satisfies { [K in Kind]: 0 }); // biome-ignore format: one list
const families = Object.keys({
  exact: 0, "score function": 0, "coupled samples": 0, "straight-through": 0, relaxation: 0, "control variate": 0, perturbation: 0, noise: 0,
} satisfies { [K in Family]: 0 }); // biome-ignore format: one list
const allNeeds = Object.keys({
  values: 0, gradient: 0, "soft gradient": 0, "values and gradient": 0, "values and soft gradient": 0,
} satisfies { [K in Need]: 0 }); // biome-ignore format: one list

/** What is wrong with the traits themselves: one outcome. */
export function readable(estimator: Estimator): Outcome {
  const { id, title, supports, unbiased, exactDegree, formula, note, family, needs, forward } = estimator;
  const single = estimator.singleSample && needs !== "values";
  const strange = (what: string, value: unknown, known: readonly unknown[]): string | undefined =>
    known.includes(value) ? undefined : `${what} is ${JSON.stringify(value)}, and may be ${known.map((k) => JSON.stringify(k)).join(", ")}`; // biome-ignore format: one thought
  const wrong =
    typeof id !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(id)
      ? `the id must be lower-case words joined by hyphens, not ${JSON.stringify(id)}`
      : !Array.isArray(supports) || supports.length === 0
        ? "supports must name at least one kind of distribution"
        : (supports.map((kind) => strange("a kind of supports", kind, kinds)).find(Boolean) ??
          strange("family", family, families) ??
          strange("needs", needs, allNeeds) ??
          strange("forward", forward, ["hard", "soft"]) ??
          strange("exactDegree", exactDegree, [0, 1, 2, 3, "all"]) ??
          (single ? `singleSample means that needs is "values", not ${JSON.stringify(needs)}` : undefined) ??
          ((exactDegree === "all") !== unbiased
            ? `unbiased is ${unbiased} and exactDegree ${exactDegree}; unbiased means exact for "all"`
            : [title, formula, note].some((text) => typeof text !== "string" || text === "")
              ? "title, formula and note must be texts"
              : undefined));
  return {
    claim: "traits",
    holds: wrong === undefined,
    message: `the traits of ${id} ${wrong === undefined ? "agree with one another" : `can't be right: ${wrong}`}.`,
  };
}

const outside = (spec: OptionSpec): readonly unknown[] => {
  if (spec.type !== "number") return ["nonsense", 3];
  const beyond = [spec.min - 1, spec.max + 1, Number.NaN, "1", null];
  return spec.integer ? [...beyond, spec.min + 0.5] : beyond;
};

/** Options that are unknown, of the wrong type or out of range are refused with a sentence. */
export function optionsRefused(
  id: string,
  create: (options: { [name: string]: unknown }) => Estimator,
  options: Estimator["options"],
): Outcome[] {
  const accepted = (given: { [name: string]: unknown }): boolean => {
    try {
      create(given);
      return true;
    } catch (error) {
      return !(error instanceof RangeError);
    }
  };
  const unknown: Outcome = {
    claim: "options",
    holds: !accepted({ nonsense: 1 }),
    message: `${id} must refuse an option that it does not have, by a RangeError; nonsense: 1 is ${accepted({ nonsense: 1 }) ? "not refused" : "refused"}.`,
  };
  return [
    unknown,
    ...Object.entries(options).map(([name, spec]): Outcome => {
      const bad = outside(spec).find((value) => accepted({ [name]: value }));
      return {
        claim: "options",
        holds: bad === undefined,
        message: `${id} must refuse values of ${name} that its table does not allow, by a RangeError; ${bad === undefined ? "it does" : `it accepts ${typeof bad === "number" ? bad : JSON.stringify(bad)}`}.`,
      };
    }),
  ];
}
