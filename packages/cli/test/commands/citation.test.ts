import { codePapers, gatePapers, pseudoDerivatives, references, units } from "hardgrad";
import { expect, test } from "vitest";
import { citationOf } from "../../src/ask/citation.ts";

test("estimators, units, pseudo-derivatives, functions on gates and on codes name their paper in one way", () => {
  expect(citationOf("rao-blackwell")).toBe(references.liu2019);
  expect(citationOf("clip")).toBe(references.hubara2016);
  expect(citationOf("ternary")).toBe(references.li2016);
  expect(citationOf("hatGate")).toBe(references.serra2018);
  expect(citationOf("rotationTrick")).toBe(references.fifty2025);
});

test("every pseudo-derivative and every function on gates and codes that names a paper can be cited", () => {
  const names = [...pseudoDerivatives.map(({ id }) => id), ...Object.keys({ ...gatePapers, ...codePapers })];
  expect(names.length).toBeGreaterThan(40);
  for (const name of names) expect(Object.values(references), name).toContain(citationOf(name));
  const older = units.filter(({ create }) => create().reference === undefined).map(({ id }) => id);
  expect(older).toEqual(["step", "sign", "one-hot"]);
  for (const id of older) expect(() => citationOf(id), id).toThrow(`${id} names no paper`);
});

test("what is not there is said, with what was most likely meant", () => {
  expect(() => citationOf("hatgate")).toThrow(/hatGate/);
  expect(() => citationOf("toString")).toThrow(/toString/);
});
