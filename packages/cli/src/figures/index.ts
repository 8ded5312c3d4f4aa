import * as fs from "node:fs";
import { dirname, extname } from "node:path";
import type { Experiment } from "@hardgrad/experiments";
import type { OptionsTable } from "hardgrad";
import { Failure, UsageError } from "../ask/errors.ts";
import { writeWhole } from "../run-folder/files.ts";
import { readConfig, readMetrics } from "../run-folder/read.ts";

/** A drawing and the data behind it. */
export interface Figure {
  readonly svg: string;
  readonly rows: readonly { readonly [column: string]: string | number }[];
}

export interface FigureEntry {
  readonly name: string;
  readonly title: string;
  readonly options: OptionsTable;
  readonly seeded: boolean;
  /** It draws runs of experiments that have this chart, and so needs `--run`. */
  readonly chart?: NonNullable<Experiment["charts"]>[number];
  draw(options: { [name: string]: number | string | boolean }, seed: number, run: string): Promise<Figure>;
}

/** Every figure, drawn from the code itself. */
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
      name: "continual",
      title: "A run of tasks: forgetting curves, accuracy matrix, what tasks share",
      options: {},
      seeded: false,
      chart: "tasks",
      draw: async (_options, _seed, run) =>
        (await import("./continual.ts")).continualFigure(readMetrics(run), methodOf(run)),
    },
    {
      name: "gates",
      title: "A gated run: which gates open for which class, and their rate",
      options: {},
      seeded: false,
      chart: "gates",
      draw: async (_options, _seed, run) => {
        const { runtimeOfRun } = await import("../run-folder/runtime-network.ts");
        const { datasetOf } = await import("../data/progress.ts");
        const { classNames } = await import("@hardgrad/experiments");
        const { gatesFigure } = await import("./gates.ts");
        const { config, network } = runtimeOfRun(run);
        const { test } = await datasetOf(config, true);
        return gatesFigure(network, readMetrics(run), test, classNames(config.data));
      },
    },
  ];
}

function methodOf(run: string): string {
  return String(readConfig(run).settings.method);
}

/** Rows as CSV (RFC 4180). */
export function toCsv(rows: Figure["rows"]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (v: string | number): string =>
    /[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
  return `${[columns.join(","), ...rows.map((r) => columns.map((c) => cell(r[c]!)).join(","))].join("\n")}\n`;
}

const formats = [".svg", ".png", ".csv"];

/** Refuses a file name before anything is computed. */
export function checkTarget(path: string, force: boolean): void {
  if (fs.existsSync(path) && fs.statSync(path).isDirectory())
    throw new UsageError(`${path} is a folder, not a file; choose another --out.`);
  if (!formats.includes(extname(path).toLowerCase()))
    throw new UsageError(`--out ${path} must end in ${formats.join(", ")}, which says the format.`);
  const folder = dirname(path);
  if (!fs.existsSync(folder))
    throw new Failure(
      `cannot write ${path}: there is no folder ${folder}; make it, or choose another --out.`,
    );
  if (!force && fs.existsSync(path))
    throw new UsageError(`${path} exists; add --force to replace it, or choose another --out.`);
}

/** Writes a figure in the format that the name asks for, whole or not at all. `zoom`: pixels of a PNG per unit. */
export async function writeFigure(figure: Figure, path: string, zoom = 2): Promise<void> {
  const format = extname(path).toLowerCase();
  if (format === ".csv") return writeWhole(path, toCsv(figure.rows));
  if (format === ".svg") return writeWhole(path, `${figure.svg}\n`);
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(figure.svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: { loadSystemFonts: true },
  }).render();
  writeWhole(path, image.asPng());
}
