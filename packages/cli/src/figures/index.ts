import type { OptionsTable } from "hardgrad";
import type { Figure } from "./figure.ts";

/** A figure that is drawn from the code itself. */
export interface FigureEntry {
  readonly name: string;
  readonly title: string;
  readonly options: OptionsTable;
  readonly seeded: boolean;
  draw(options: { [name: string]: number | string | boolean }, seed: number): Promise<Figure>;
}

/** Every figure of the code. */
export async function figures(): Promise<readonly FigureEntry[]> {
  const { neuron, neuronOptions } = await import("./neuron.ts");
  const { unitsFigure } = await import("./units.ts");
  return [
    {
      name: "neuron",
      title: "Hard sigmoid and stochastic binary neuron over [-3, 3]",
      options: neuronOptions,
      seeded: true,
      draw: neuron,
    },
    {
      name: "units",
      title: "Every hard unit and its pseudo-derivative",
      options: {},
      seeded: false,
      draw: unitsFigure,
    },
    {
      name: "families",
      title: "From network to loss, and where each family of estimators puts its gradient",
      options: {},
      seeded: false,
      draw: async () => (await import("./families.ts")).familiesFigure(),
    },
    {
      name: "bias-variance",
      title: "Estimates around the exact gradient: bias is a shift, variance is a width",
      options: {},
      seeded: true,
      draw: async (_options, seed) => (await import("./bias-variance.ts")).biasVarianceFigure(seed),
    },
    {
      name: "codes",
      title: "What a codeword's gradient does to the vectors that chose it",
      options: {},
      seeded: false,
      draw: async () => (await import("./codes.ts")).codesFigure(),
    },
  ];
}
