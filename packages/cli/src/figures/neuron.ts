import { useDevice } from "@hardgrad/experiments";
import { numpy as np, random } from "@jax-js/jax";
import * as Plot from "@observablehq/plot";
import { hardSigmoid, type OptionsTable, sigmoid } from "hardgrad";
import { plotSvg, stack } from "./draw.ts";
import type { Figure } from "./index.ts";

export const neuronOptions: OptionsTable = {
  squash: {
    type: "choice",
    default: "hard-sigmoid",
    choices: ["hard-sigmoid", "sigmoid"],
    help: "probability as a function of the pre-activation a",
  },
  slope: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1000,
    help: "slope: factor on a, increased by slope annealing",
  },
  points: {
    type: "number",
    default: 10_000,
    min: 2,
    max: 100_000,
    integer: true,
    help: "points over [-3, 3]",
  },
};

/**
 * The mission's figure: over [-3, 3], the probability above and one Bernoulli sample per point below,
 * `h = 1[z < p(a)]` with z uniform.
 */
export async function neuron(
  options: { [name: string]: number | string | boolean },
  seed: number,
): Promise<Figure> {
  await useDevice("wasm");
  const { squash, slope, points } = options as { squash: string; slope: number; points: number };
  const a = np.linspace(-3, 3, points);
  const p = (squash === "sigmoid" ? sigmoid : hardSigmoid)(a.ref.mul(slope));
  const h = np.less(random.uniform(random.key(seed), [points]), p.ref).astype(np.float32);
  const [x, probability, sample] = (await Promise.all([a.data(), p.data(), h.data()])) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const rows = Array.from(x, (v, i) => ({ a: v, probability: probability[i]!, sample: sample[i]! }));
  const name = squash === "sigmoid" ? "sigmoid" : "hard sigmoid";
  const scaled = slope === 1 ? "a" : `${slope} a`;
  const common = {
    width: 760,
    height: 250,
    marginLeft: 56,
    marginBottom: 42,
    style: { background: "white", fontSize: "12px", color: "#222" },
    x: {
      label: "pre-activation a",
      labelAnchor: "center" as const,
      labelOffset: 36,
      domain: [-3, 3] as [number, number],
    },
  };
  const top = plotSvg({
    ...common,
    y: { label: `P(h = 1) = ${name}(${scaled})`, domain: [0, 1], grid: true },
    marks: [Plot.lineY(rows, { x: "a", y: "probability", stroke: "#0072b2", strokeWidth: 2 })],
  });
  // Only where the sample changes does the line need points: the drawing is the same, the file far smaller.
  const corners = rows.filter(
    (r, i) =>
      i === 0 ||
      i === rows.length - 1 ||
      r.sample !== rows[i - 1]!.sample ||
      r.sample !== rows[i + 1]!.sample,
  );
  const bottom = plotSvg({
    ...common,
    y: { label: "one sample h per point", domain: [0, 1], ticks: [0, 1], grid: true },
    marks: [Plot.lineY(corners, { x: "a", y: "sample", stroke: "#d55e00", strokeWidth: 0.35 })],
  });
  const title = `Stochastic binary neuron: ${name} and ${points.toLocaleString("en")} samples (seed ${seed})`;
  return { svg: stack([top, bottom], { width: 760, height: 250, title }), rows };
}
