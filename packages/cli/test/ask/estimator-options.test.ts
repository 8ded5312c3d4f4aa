import { expect, test } from "vitest";
import { formatEstimator, parseEstimator, wholeEstimator } from "../../src/ask/estimator.ts";

test("an option that is on or off is true or false, and nothing else", () => {
  const spec = parseEstimator("nvil:normalize=true");
  expect(spec).toEqual({ id: "nvil", options: { normalize: true } });
  expect(formatEstimator(spec)).toBe("nvil:normalize=true");
  expect(parseEstimator("stochastic-triples:prune=false").options).toEqual({ prune: false });
  expect(wholeEstimator(parseEstimator("nvil"))).toContain("normalize=false");
  for (const word of ["yes", "no", "1", "True", ""])
    expect(() => parseEstimator(`nvil:normalize=${word}`), word).toThrow(
      `estimator nvil: option normalize must be true or false, not "${word}".`,
    );
});
