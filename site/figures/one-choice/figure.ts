import * as Plot from "@observablehq/plot";
import { defineFigure, type Look, type State } from "../contract.ts";
import { colourOf, dashesOf, spread } from "../estimators/marks.ts";
import { names } from "../estimators/names.ts";
import { listed, percent } from "../plots/numbers.ts";
import { picture, placed, text } from "../plots/svg.ts";
import { controls, type Data, MOST_STEPS, nameOf, RUNS, STEPS } from "./controls.ts";

export const figure = defineFigure({
  id: "one-choice",
  question: "One coin to set. Which estimator finds the better side?",
  first: 24,
  plays: false,
  controls,
  draw,
  says,
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

function draw(data: Data, state: State<typeof controls>, look: Look): SVGElement {
  const { document, width, colours } = look;
  const rows = data.curves.flatMap(({ id, mean, error }) =>
    mean.map((p, i) => ({ id, step: i * STEPS, p, low: p - error[i]!, high: p + error[i]! })),
  );
  const ids = data.curves.map(({ id }) => id);
  const dashes = dashesOf(ids);
  const best = betterSide(state);
  const height = width < 640 ? 300 : 380;
  const marginRight = width < 640 ? 134 : 150;
  const curve = { x: "step", y: "p" } as const;
  const chart = Plot.plot({
    document,
    width,
    height,
    marginTop: 8,
    marginRight,
    marginLeft: 44,
    marginBottom: 40,
    style: { background: "transparent", color: colours.quiet, fontSize: "12px" },
    x: {
      label: "steps of gradient descent",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: width < 480 ? 3 : 8,
    },
    y: { label: null, domain: [0, 100], percent: true, grid: true, ticks: 6 },
    marks: [
      Plot.ruleY(best === undefined ? [] : [best], { stroke: colours.quiet, strokeDasharray: "2 4" }),
      ...ids.flatMap((id) => {
        const own = rows.filter((r) => r.id === id);
        const stroke = colourOf(look, id);
        return [
          Plot.areaY(own, { x: "step", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.18 }),
          Plot.lineY(own, { ...curve, stroke, strokeWidth: 2, strokeDasharray: dashes.get(id)! }),
          Plot.dot(own, { ...curve, r: 3, fill: stroke, fillOpacity: 0, title: (r) => `${nameOf(id)}, step ${r.step}: ${percent(r.p, r.high - r.p)}` }), // biome-ignore format: one mark
          Plot.dot(own.slice(-1), { ...curve, r: 3.5, fill: stroke }),
        ];
      }),
    ],
  });
  const [x, y] = [chart.scale("x")!, chart.scale("y")!];
  const last = ids.map((id) => rows.findLast((r) => r.id === id)!);
  const places = last.map((r) => y.apply(100 * r.p) as number);
  const heights = spread(places, 17, height - 44);
  const ends = last.map(({ id, step }, i) => ({
    id,
    label: nameOf(id),
    from: [x.apply(step) + 4, TITLE + places[i]!] as const,
    beside: TITLE + heights[i]!,
  }));
  return picture(
    look,
    TITLE + height,
    "Probability of side 1 while each estimator descends",
    text(look, 8, 16, "Probability of side 1, %", { bold: true, size: 13 }),
    placed(chart, 0, TITLE),
    ...names(look, ends, dashes, width - marginRight + 14, 12),
  );
}

const TITLE = 24;

/** Undefined where both have the same loss. */
const betterSide = ({ target }: State<typeof controls>): 0 | 1 | undefined =>
  target === 0.5 ? undefined : target < 0.5 ? 0 : 1;

/** Settled are those whose side has more than 85 %, far from it those that have less than 75 %, both by two standard errors. */
function says(data: Data, state: State<typeof controls>): string {
  const best = betterSide(state);
  const steps = (data.curves[0]!.mean.length - 1) * STEPS;
  if (best === undefined) {
    const share = listed(data.curves.map(({ id, mean, error }) => `${nameOf(id)} ${percent(mean.at(-1)!, error.at(-1)!)}`)); // biome-ignore format: one thought
    return `Both sides have the same loss: there is none to find. Probability of side 1 after ${steps} steps: ${share}. What has left 50 % was moved by noise alone.`;
  }
  const now = data.curves.map(({ id, mean, error }) => {
    const p = mean.at(-1)!;
    return { id, right: best === 1 ? p : 1 - p, error: error.at(-1)! };
  });
  const sure = now.filter((c) => c.right - 2 * c.error > 0.85);
  const wrong = now.filter((c) => c.right + 2 * c.error < 0.75);
  const rest = now.filter((c) => !sure.includes(c) && !wrong.includes(c));
  const list = (of: typeof now): string =>
    listed(of.map((c) => `${nameOf(c.id)} (${percent(c.right, c.error)})`));
  return [
    `The better side is ${best}.`,
    sure.length > 0
      ? `After ${steps} steps it is the choice of ${list(sure)}.`
      : `After ${steps} steps no estimator has settled on it.`,
    ...(rest.length > 0 ? [`Still deciding: ${list(rest)}.`] : []),
    ...(wrong.length > 0 ? [`Far from it: ${list(wrong)}.`] : []),
  ].join(" ");
}
