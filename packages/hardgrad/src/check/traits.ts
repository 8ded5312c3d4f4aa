import type { Estimator, OptionSpec } from "../types.ts";
import type { Outcome } from "./outcome.ts";

/** What is wrong with the traits themselves: one outcome. */
export function readable(estimator: Estimator): Outcome {
  const { id, title, supports, unbiased, exactDegree, formula, note } = estimator;
  const wrong =
    typeof id !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(id)
      ? `the id must be lower-case words joined by hyphens, not ${JSON.stringify(id)}`
      : !Array.isArray(supports) || supports.length === 0
        ? "supports must name at least one kind of distribution"
        : (exactDegree === "all") !== unbiased
          ? `unbiased is ${unbiased} and exactDegree ${exactDegree}; unbiased means exact for "all"`
          : [title, formula, note].some((text) => typeof text !== "string" || text === "")
            ? "title, formula and note must be texts"
            : undefined;
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
