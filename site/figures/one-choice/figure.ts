import * as Plot from "@observablehq/plot";
import { defineFigure } from "../contract.ts";
import { controls, type Data, familyOf, MOST_STEPS, nameOf, RUNS, STEPS } from "./controls.ts";

const percent = (p: number): string => `${(100 * p).toFixed(0)} %`;

export const figure = defineFigure({
  id: "one-choice",
  question: "One coin to set. Which estimator finds the better side?",
  first: 24,
  plays: false,
  controls,
  draw(data: Data, state, { document, width, colours }) {
    const rows = data.curves.flatMap(({ id, mean, error }) =>
      mean.map((p, i) => ({
        id,
        family: familyOf(id),
        step: i * STEPS,
        p,
        low: p - error[i]!,
        high: p + error[i]!,
      })),
    );
    const last = data.curves.map(({ id }) => rows.filter((r) => r.id === id).at(-1)!);
    const colour = (r: { family: string }): string => colours.family[r.family]!;
    const best = state.target < 0.5 ? 0 : 1;
    const narrow = width < 640;
    return Plot.plot({
      document,
      width,
      height: narrow ? 300 : 380,
      marginRight: narrow ? 118 : 130,
      marginLeft: 44,
      marginBottom: 40,
      style: { background: "transparent", color: colours.ink, fontSize: "13px", fontFamily: "inherit" },
      x: { label: "steps of gradient descent", labelAnchor: "center", labelArrow: "none" },
      y: { label: "probability of side 1", domain: [0, 100], percent: true, grid: true },
      marks: [
        Plot.ruleY([best], { stroke: colours.quiet, strokeDasharray: "2 4" }),
        Plot.areaY(rows, { x: "step", y1: "low", y2: "high", z: "id", fill: colour, fillOpacity: 0.18 }),
        Plot.lineY(rows, {
          x: "step",
          y: "p",
          z: "id",
          stroke: colour,
          strokeWidth: (r: { id: string }) => (r.id === "exact" ? 2.5 : 2),
        }),
        Plot.dot(rows, {
          x: "step",
          y: "p",
          r: 3,
          fill: colour,
          fillOpacity: 0,
          title: (r: (typeof rows)[number]) =>
            `${nameOf(r.id)}, step ${r.step}: ${(100 * r.p).toFixed(1)} ± ${(100 * (r.high - r.p)).toFixed(1)} %`,
        }),
        Plot.text(apart(last), {
          x: "step",
          y: "place",
          text: (r: { id: string }) => nameOf(r.id),
          fill: colours.ink,
          textAnchor: "start",
          dx: 10,
        }),
        Plot.dot(last, { x: "step", y: "p", r: 3.5, fill: colour }),
      ],
    }) as SVGElement;
  },
  says(data: Data, state) {
    const best = state.target < 0.5 ? 0 : 1;
    const now = data.curves.map(({ id, mean, error }) => {
      const p = mean.at(-1)!;
      return { id, right: best === 1 ? p : 1 - p, error: error.at(-1)! };
    });
    const wrong = now.filter((c) => c.right + 2 * c.error < 0.75);
    const right = now.filter((c) => c.right - 2 * c.error > 0.85);
    const list = (of: typeof now): string =>
      of.map((c) => `${nameOf(c.id)} (${percent(c.right)} ± ${(100 * c.error).toFixed(1)} %)`).join(", ");
    const steps = (data.curves[0]!.mean.length - 1) * STEPS;
    return [
      `The better side is ${best}.`,
      `After ${steps} steps it is the choice of ${right.length > 0 ? list(right) : "none of them yet"}.`,
      ...(wrong.length > 0 ? [`Not of ${list(wrong)}.`] : []),
    ].join(" ");
  },
  code: ({
    seed,
    target,
    rate,
    estimators,
  }) => `// Sets one coin by gradient descent on E[(b - ${target})²], by each estimator.
import { defaultDevice, init, jit, nn, numpy as np, random } from "@jax-js/jax";
import { bernoulli, catalogue, expectation, grad } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

for (const id of ${JSON.stringify(estimators)}) {
  const estimator = catalogue.find((entry) => entry.id === id).create();
  const f = (b) => np.square(np.sum(b, -1).sub(${target})); // one loss per example
  const loss = (logits, key) => np.sum(expectation(bernoulli(logits), f, estimator, key));
  const step = jit((logits, key) => logits.ref.sub(grad(loss)(logits, key).mul(${rate})));
  let logits = np.zeros([${RUNS}, 1]); // ${RUNS} runs side by side
  for (let i = 0; i < 200; i++) logits = step(logits, random.key(${seed} * ${MOST_STEPS} + i));
  console.log(id, "P(b = 1) =", np.mean(nn.sigmoid(logits)).item().toFixed(3));
}
`,
  rows: (data: Data) =>
    data.curves.flatMap(({ id, mean, error }) =>
      mean.map((p, i) => ({ estimator: id, step: i * STEPS, probability: p, "standard error": error[i]! })),
    ),
});

/** Labels at least 5 % of the axis apart, in the order of what they name. */
function apart<T extends { readonly p: number }>(rows: readonly T[]): (T & { readonly place: number })[] {
  const sorted = rows.map((r) => ({ ...r, place: r.p })).sort((a, b) => a.p - b.p);
  for (let i = 1; i < sorted.length; i++)
    sorted[i]!.place = Math.max(sorted[i]!.place, sorted[i - 1]!.place + 0.05);
  const over = Math.max(0, (sorted.at(-1)?.place ?? 0) - 1);
  return sorted.map((r) => ({ ...r, place: r.place - over }));
}
