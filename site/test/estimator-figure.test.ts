import { existsSync } from "node:fs";
import { defaultDevice, init } from "@jax-js/jax";
import { catalogue, type Kind } from "hardgrad";
import { beforeAll, expect, test } from "vitest";
import { kindOf, kinds } from "../figures/estimator/controls.ts";
import { start } from "../figures/estimator/course.ts";
import { figure } from "../figures/estimator/figure.ts";
import { menu } from "../figures/estimators/menu.ts";
import { preset, tagsOf } from "../frame/preset.ts";
import { BROKEN, drawn, played, printed, stateOf } from "./played.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

test("the menu is the catalogue, in its order", () => {
  const traits = catalogue.map(({ id, name, create }) => {
    const { title, family, supports, unbiased, forward, needs, stateful, options } = create();
    return { id, name, title, family, supports, unbiased, forward, needs, stateful, options };
  });
  expect(menu, "npm run docs").toEqual(JSON.parse(JSON.stringify(traits)));
});

test("every estimator's page has its still picture", () => {
  for (const { id } of menu)
    for (const end of ["svg", "json"])
      expect(
        existsSync(new URL(`../stills/estimator-${id}.${end}`, import.meta.url)),
        `node site/stills.mjs estimator-${id}`,
      ).toBe(true);
});

/** One estimator for each kind, unbiased, with a variance that leaves no doubt after a few ticks. */
const right: { readonly [K in Kind]: string } = {
  bernoulli: "disarm",
  categorical: "categorical-disarm",
  subset: "exact",
  "plackett-luce": "exact",
  poisson: "measure-valued",
  binomial: "measure-valued",
};

test.each(Object.entries(right))(
  "%s: the mean of %s is the exact gradient, which is that of the law",
  async (distribution, estimator) => {
    const state = stateOf(figure, { estimator, distribution, loss: "linear" });
    expect(kindOf(state)).toBe(distribution);
    const data = await played(start, state, 12);
    const { measured, fault } = data.rows[0]!;
    expect(fault).toBeUndefined();
    for (const [i, g] of data.exact.entries())
      expect(Math.abs(measured!.mean[i]! - g)).toBeLessThanOrEqual(4.5 * measured!.errors[i]! + 1e-5);
    // What is chosen among alternatives does not change when all logits grow by the same.
    if (["categorical", "subset", "plackett-luce"].includes(distribution))
      expect(data.exact.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
    // f counts the first entry once: dE[x]/da is the variance, p (1 - p) or the rate or n p (1 - p).
    const p = 1 / (1 + Math.exp(-0.8));
    const wanted = { bernoulli: p * (1 - p), poisson: Math.exp(0.8), binomial: 6 * p * (1 - p) }[
      distribution
    ];
    if (wanted !== undefined) expect(data.exact[0]).toBeCloseTo(wanted, 4);
    for (const svg of drawn(figure, data, state)) expect(svg).not.toMatch(BROKEN);
    expect(figure.says(data, state)).toMatch(/(sits on the exact gradient|not enough samples yet)/);
  },
);

test("an estimator is shown with the first distribution that it supports, or says why not", async () => {
  expect(kinds[kindOf({ estimator: "simple", distribution: "bernoulli" })].name).toBe("two out of four");
  const state = stateOf(figure, { estimator: "simple" });
  const data = await played(start, state, 6);
  expect(figure.says(data, state)).toMatch(/a subset distribution \(it does not support bernoulli\)/);
  const none = {
    ...data,
    rows: [{ id: "simple", evaluations: 1, cloud: [], history: [], fault: "simple: no." }],
  };
  expect(figure.says(none, state)).toMatch(/^simple does not apply .+: simple: no\.$/);
  for (const svg of drawn(figure, none, state)) expect(svg).not.toMatch(BROKEN);
});

test.each([{ estimator: "fini-3" }, { estimator: "gumbel-softmax", distribution: "categorical" }])(
  "its code prints an audit: %o",
  (given) => {
    const lines = printed(figure.code(stateOf(figure, given)));
    expect(lines.at(-1)).toMatch(new RegExp(`^${given.estimator} bias [\\d.]+ ± [\\d.]+ variance [\\d.]+$`));
  },
);

test("a page sets the default of a control, and nothing that it can't have", () => {
  const page =
    'Text\n<Figure id="estimator" estimator="rloo" />\nmore <Figure id="no" />\n<Figure id="neuron" />\n';
  const tags = tagsOf(page);
  expect(tags.map(({ id, name, values }) => [id, name, values])).toEqual([
    ["estimator", "estimator-rloo", { estimator: "rloo" }],
    ["neuron", "neuron", {}],
  ]);
  const there = preset(figure as never, tags[0]!.values);
  expect(there.controls.estimator!.default).toBe("rloo");
  expect(there.controls.loss).toBe(figure.controls.loss);
  expect(figure.controls.estimator.default).toBe("reinmax");
  expect(() => preset(figure as never, { estimator: "nobody" })).toThrow(
    /no control estimator that can be nobody/,
  );
  expect(() => preset(figure as never, { nothing: "1" })).toThrow(/no control nothing/);
});
