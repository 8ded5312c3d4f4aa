import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { catalogue, grad } from "../../src/index.ts";
import { close } from "../close.ts";
import { type Entry, repeatedLogits, title, variants } from "../harness.ts";
import { objectives } from "../objectives.ts";
import {
  gradientsToParameters,
  lossOf,
  needsAndExtremes,
  samplesAndValues,
  transforms,
} from "./conformance.ts";

const quadratic = objectives.find((o) => o.name === "quadratic")!;

describe("every option", () => {
  test("every choice and another number of each is here", () => {
    const options = catalogue.flatMap(({ id, create }) =>
      Object.keys(create().options).map((name) => [id, name]),
    );
    expect(options.length).toBeGreaterThan(60);
    for (const [id, name] of options)
      expect(
        variants.some((v) => v.id === id && v.given?.startsWith(`${name}=`)),
        `${id} ${name}`,
      ).toBe(true);
  });
  for (const entry of variants) {
    const [name, value] = entry.given!.split("=") as [string, string];
    const spec = entry.estimator.options[name]!;
    if (spec.type === "number" && spec.schedulable)
      test(`${title(entry)}: an array is the number, and another number another gradient`, () => {
        const { create } = catalogue.find(({ id }) => id === entry.id)!;
        const gradient = (option: number | np.Array): number[] => {
          const own: Entry = { ...entry, estimator: create({ [name]: option }) };
          const loss = lossOf(own, (x) => quadratic.jax(x, entry.case.event.length));
          return grad(loss)(repeatedLogits(entry.case, 5), random.key(6)).reshape([-1]).js() as number[];
        };
        const number = gradient(Number(value));
        close(gradient(np.array(Number(value))), number, { within: 1e-6, relative: 1e-5 });
        expect(Math.max(...gradient(spec.default).map((g, i) => Math.abs(g - number[i]!)))).toBeGreaterThan(
          1e-3,
        );
      });
    test(`${title(entry)}: evaluations, hardness, value and law are as declared`, () =>
      samplesAndValues(entry, 2000));
    test(`${title(entry)}: jit = eager, needs, NaN, references, gradients to parameters`, () => {
      transforms(entry);
      needsAndExtremes(entry);
      gradientsToParameters(entry);
    });
  }
});
