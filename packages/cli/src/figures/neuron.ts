import { useDevice } from "@hardgrad/experiments";
import type { OptionsTable } from "hardgrad";
import { document, markup, stack } from "./draw.ts";
import type { Figure } from "./figure.ts";
import { probabilityPanel, samplesPanel } from "./neuron-panels.ts";
import { neuronRows } from "./neuron-rows.ts";

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
  const given = options as { squash: string; slope: number; points: number };
  const rows = await neuronRows(given, seed);
  const { squash, slope, points } = given;
  const name = squash === "sigmoid" ? "sigmoid" : "hard sigmoid";
  const style = {
    document,
    width: 760,
    height: 250,
    ground: "white",
    ink: "#222",
    curve: "#0072b2",
    samples: "#d55e00",
  };
  const top = probabilityPanel(rows, `P(h = 1) = ${name}(${slope === 1 ? "a" : `${slope} a`})`, style);
  const title = `Stochastic binary neuron: ${name} and ${points.toLocaleString("en")} samples (seed ${seed})`;
  const svg = stack([top, samplesPanel(rows, style)].map(markup), { width: 760, height: 250, title });
  return { svg, rows: rows.map((row) => ({ ...row })) };
}
