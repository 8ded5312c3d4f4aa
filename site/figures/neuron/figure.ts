import { probabilityPanel, samplesPanel } from "@hardgrad/cli/internal/figures/neuron-panels";
import type { NeuronRow } from "@hardgrad/cli/internal/figures/neuron-rows";
import * as Plot from "@observablehq/plot";
import { type Drag, defineFigure, type Look, type Row, type State } from "../contract.ts";
import { callOf, entryOf } from "../estimators/menu.ts";
import { count, plain, withError } from "../plots/numbers.ts";
import { picture, placed, shape, text, tip } from "../plots/svg.ts";
import { bars } from "./bars.ts";
import { compared, neuronControls } from "./controls.ts";
import type { NeuronData } from "./course.ts";

type Controls = typeof neuronControls;

const nameOf = (squash: string): string => (squash === "sigmoid" ? "sigmoid" : "hard sigmoid");
const scaled = (slope: number): string => (slope === 1 ? "a" : `${slope} a`);

/** Where things are: two columns where there is room. */
function layout({ width }: Look) {
  const beside = width >= 700;
  const left = beside ? Math.round(width * 0.58) : width;
  const curve = { y: 26, height: beside ? 230 : 200 };
  const samples = { y: curve.y + curve.height + 4, height: beside ? 190 : 160 };
  const rain = samples.y + samples.height + 18;
  return {
    left,
    curve,
    samples,
    rain,
    bars: beside
      ? { x: left + 28, y: 44, width: width - left - 36 }
      : { x: 12, y: rain + 112, width: width - 24 },
  };
}

function draw(data: NeuronData, state: State<Controls>, look: Look): SVGElement {
  const { colours, document } = look;
  const at = layout(look);
  const style = {
    document,
    width: at.left,
    marginLeft: 44,
    ground: "transparent",
    ink: colours.quiet,
    curve: colours.family["straight-through"]!,
    samples: colours.family["score function"]!,
  };
  const point = { a: data.a, p: data.probability };
  const top = probabilityPanel(
    data.points.filter((_, i) => i % 25 === 0 || i === data.points.length - 1),
    null,
    { ...style, height: at.curve.height },
    [
      Plot.ruleX([point], { x: "a", y1: 0, y2: "p", stroke: colours.ink, strokeDasharray: "2 3" }),
      Plot.dot([point], { x: "a", y: "p", r: 8, fill: colours.ink, stroke: colours.ground, strokeWidth: 2, title: (d) => `a = ${d.a}: P(h = 1) = ${plain(d.p)}` }), // biome-ignore format: one mark
    ],
  );
  const bottom = samplesPanel(thinned(data.points, 2 * at.left), { ...style, height: at.samples.height });
  const { elements, height } = bars(
    { exact: data.estimates.exact[0]!, rows: data.estimates.rows },
    look,
    at.bars,
  );
  return picture(
    look,
    Math.max(at.rain + 70, at.bars.y + height + 6),
    "A stochastic binary neuron, its samples, and what gradient estimators pass back through it",
    text(look, 8, 17, `P(h = 1) = ${nameOf(state.squash)}(${scaled(state.slope)})`, { bold: true, size: 13 }),
    placed(top, 0, at.curve.y),
    placed(bottom, 0, at.samples.y),
    ...rain(data, look, { x: 8, y: at.rain, width: at.left - 16 }),
    text(look, at.bars.x, at.bars.y - 27, "Passed back, for a gradient of 1", { bold: true, size: 13 }),
    text(look, at.bars.x, at.bars.y - 11, "mean ± one standard deviation of an estimate", { size: 11, fill: colours.quiet }), // biome-ignore format: one line
    ...elements,
  );
}

/** Of each of so many columns the first and the last point, a one and a zero: what a picture of that width can show. */
function thinned(points: readonly NeuronRow[], columns: number): NeuronRow[] {
  const kept = new Map<string, NeuronRow>();
  points.forEach((point, i) => {
    const column = Math.floor((i * columns) / points.length);
    for (const what of ["first", point.sample])
      if (!kept.has(`${column} ${what}`)) kept.set(`${column} ${what}`, point);
    kept.set(`${column} last`, point);
  });
  return [...new Set(kept.values())].sort((p, q) => p.a - q.a);
}

/** The last samples at a, and the share of ones so far. */
function rain(data: NeuronData, look: Look, at: { x: number; y: number; width: number }): SVGElement[] {
  const { colours, document } = look;
  const { samples, ones, rain } = data;
  const share = samples > 0 ? withError(ones / samples, Math.sqrt(Math.max(1, ones) * Math.max(1, samples - ones)) / samples ** 1.5) : "not enough samples yet"; // biome-ignore format: one thought
  const cell = 11;
  const shown = Math.min(rain.length, Math.floor(at.width / cell));
  return [
    text(look, at.x, at.y, `${count(samples)} samples at a = ${plain(data.a)}`, { bold: true, size: 13 }),
    ...rain.slice(0, shown).map((h, i) =>
      shape(
        document,
        "rect",
        { x: at.x + i * cell, y: at.y + (h ? 10 : 21), width: cell - 2, height: cell - 2, fill: h ? colours.ink : "none", stroke: colours.ink, "stroke-width": 1 }, // biome-ignore format: one mark
        tip(document, `sample ${samples - i}: ${h}`),
      ),
    ),
    text(look, at.x, at.y + 50, `share of ones ${share}, P(h = 1) = ${plain(data.probability)}`, { size: 11, fill: colours.quiet }), // biome-ignore format: one line
  ];
}

function drags(_state: State<Controls>, look: Look): readonly Drag[] {
  const { left, curve } = layout(look);
  const area = { left: 44, width: left - 44 - 20, top: curve.y, height: curve.height - 42 };
  return [{ control: "a", ...area, value: (x) => Math.round((6 * x - 3) / 0.05) * 0.05 }];
}

function says({ a, probability, samples, ones, estimates }: NeuronData, state: State<Controls>): string {
  const slope = estimates.exact[0]!;
  const sampled = samples > 0 ? ` (${count(ones)} of ${count(samples)} samples so far)` : "";
  const first = `At a = ${plain(a)} the neuron is on with probability ${plain(probability)}${sampled}. The step that decides has derivative 0, so backpropagation stops here.`; // biome-ignore format: one sentence
  if (slope < 1e-6) {
    const dead = state.squash === "sigmoid" ? "is too flat here" : "is flat here too";
    return `${first} The ${nameOf(state.squash)} ${dead}: only plain straight-through passes anything on, and it is wrong to: nothing would change.`;
  }
  const mean = (id: string) => estimates.rows.find((r) => r.id === id)?.measured;
  const copied = mean("straight-through")?.mean[0];
  const times =
    copied === undefined
      ? ""
      : ` Plain straight-through passes on ${plain(copied)}, which is ${plain(copied / slope)} times the truth.`;
  return `${first} The probability itself does change, by ${plain(slope)} per unit of a; an estimator has to pass that on.${times}`;
}

function code({ a, squash, slope, seed }: State<Controls>): string {
  const entries = compared(squash).map(entryOf);
  const names = [
    ...entries.map((e) => e.name),
    "bernoulli",
    "exactGradient",
    "expectation",
    "grad",
    "sample",
  ].sort();
  return `import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { ${names.join(", ")} } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const mean = (x) => x.reduce((sum, v) => sum + v, 0) / x.length;
const neuron = (a) => bernoulli(a.mul(${slope}), { probability: "${squash}" });
const f = (h) => np.sum(h, -1); // the gradient of f at the sample is 1
const a = np.full([10000, 1], ${a});

console.log("share of ones:", mean(await sample(neuron(a.ref), random.key(${seed})).data()));
const exact = await exactGradient(neuron(np.array([${a}])), f);
console.log("P(h = 1):", exact.mean, "and its derivative:", ${slope} * exact.gradient[0]);
for (const estimator of [${entries.map((e) => callOf(e, {})).join(", ")}]) {
  const losses = (x) => np.sum(expectation(neuron(x), f, estimator, random.key(${seed})));
  console.log(estimator.id, mean(await grad(losses)(a.ref).data()));
}
`;
}

/** What passes back, and the curve at every 50th point. */
const rows = ({ points, estimates }: NeuronData): Row[] => [
  { what: "the step itself", passes_back: 0 },
  { what: "derivative of P(h = 1)", passes_back: estimates.exact[0]! },
  ...estimates.rows.flatMap(({ id, measured }) =>
    measured
      ? [{ what: id, passes_back: measured.mean[0]!, error: measured.noise, variance: measured.variance }]
      : [],
  ),
  ...points.filter((_, i) => i % 50 === 0).map((point) => ({ what: "point", ...point })),
];

export const figure = defineFigure<Controls, NeuronData>({
  id: "neuron",
  question: "What does a neuron that is on or off pass back?",
  controls: neuronControls,
  first: 12,
  plays: true,
  draw,
  drags,
  says,
  code,
  rows,
});
