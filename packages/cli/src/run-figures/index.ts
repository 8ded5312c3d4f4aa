import type { Experiment } from "@hardgrad/experiments";
import { datasetOf } from "../data/progress.ts";
import { networkOfRun } from "../export/network.ts";
import type { Figure } from "../figures/figure.ts";
import { readMetrics } from "../run-folder/read.ts";
import type { SavedRun } from "../run-folder/saved-run.ts";

/** A figure of a run, for experiments that have this chart. */
export interface RunFigure {
  readonly name: string;
  readonly title: string;
  readonly chart: NonNullable<Experiment["charts"]>[number];
  draw(run: SavedRun): Promise<Figure>;
}

/** Every figure of runs. */
export const runFigures: readonly RunFigure[] = [
  {
    name: "continual",
    title: "A run of tasks: forgetting curves, accuracy matrix, what tasks share",
    chart: "tasks",
    draw: async ({ path, checkpoint }) => {
      const { continualFigure } = await import("../figures/continual.ts");
      return continualFigure(readMetrics(path), String(checkpoint.config.settings.method));
    },
  },
  {
    name: "gates",
    title: "A gated run: which gates open for which class, and their rate",
    chart: "gates",
    draw: async (run) => {
      const { gateShares } = await import("./gate-shares.ts");
      const { gatesFigure } = await import("../figures/gates.ts");
      const { config } = run.checkpoint;
      const { test, classes } = await datasetOf(config, true);
      const gates = await gateShares(networkOfRun(run), test, classes.length);
      return gatesFigure(gates, readMetrics(run.path), classes);
    },
  },
  {
    name: "circuit",
    title: "A run of logic: which pixels the gates of each class read, and accuracy of circuit and network",
    chart: "circuit",
    draw: async ({ path, experiment, checkpoint }) => {
      const { parametersOf, trainedCircuit } = await import("@hardgrad/experiments");
      const { simplifyCircuit } = await import("@hardgrad/runtime/circuit");
      const { circuitFigure } = await import("../figures/circuit.ts");
      const { config } = checkpoint;
      const circuit = simplifyCircuit(trainedCircuit(experiment, parametersOf(checkpoint), config));
      const { shape, classes } = await datasetOf(config, true);
      const columns = "length" in shape ? Math.ceil(Math.sqrt(shape.length)) : shape.width;
      return circuitFigure(circuit, columns, readMetrics(path), classes);
    },
  },
  {
    name: "choices",
    title: "A run of logic: how the choices of each layer settle",
    chart: "circuit",
    draw: async ({ path, checkpoint }) => {
      const { choicesFigure } = await import("../figures/choices.ts");
      return choicesFigure(readMetrics(path), Number(checkpoint.config.settings.layers));
    },
  },
];
