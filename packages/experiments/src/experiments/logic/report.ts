import { circuitStatistics, loadCircuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import { partOf, type Split } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { accuracy, readPictures, testAccuracy } from "../../nn/classify.ts";
import { circuitOf } from "./circuit.ts";
import type { LogicSettings } from "./options.ts";
import { settling } from "./settling.ts";
import { validationSplit } from "./split.ts";

type Context = EvaluationContext<LogicSettings>;

export const headline: Metric = {
  tag: "accuracy/test",
  title: "test accuracy of the circuit",
  unit: "percent",
  better: "higher",
  atEnd: true,
  note: "Accuracy: of the circuit, every choice the most probable one, run bit by bit; test images are read once, when training has ended.",
};

export const gatesLeft: Metric = {
  tag: "circuit/gates",
  title: "gates after simplification",
  unit: "none",
  better: "lower",
  atEnd: true,
  note: "Gates: those that are left when constants, pass-throughs, inverters, duplicates and dead gates are gone.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "accuracy/validation",
    title: "validation accuracy of the circuit",
    unit: "percent",
    better: "higher",
    note: "Validation accuracy: of the circuit, on training images that are not trained on.",
  },
  {
    tag: "accuracy/network",
    title: "validation accuracy of the network",
    unit: "percent",
    better: "higher",
    note: "Network: as it trains, choices by the estimator, on the first 1,000 of those images.",
  },
  {
    tag: "accuracy/gap",
    title: "selection gap",
    unit: "percent",
    better: "lower",
    note: "Selection gap: accuracy of the network less that of the circuit, on the same images.",
  },
  gatesLeft,
];

/** Parameters that a circuit is made of. */
const circuitNames = (settings: LogicSettings): string[] =>
  Array.from({ length: settings.layers }, (_, i) => [
    `gates${i}`,
    `read${i}`,
    ...(settings.wiring === "learned" ? [`wires${i}`] : []),
  ]).flat();

async function currentCircuit({ settings, dataset, read }: Context) {
  const names = circuitNames(settings);
  const arrays = await read(names.map((name) => `params.${name}`));
  const params = Object.fromEntries(names.map((name) => [name, arrays[`params.${name}`]!]));
  return simplifyCircuit(circuitOf(params, settings, dataset));
}

export async function evaluate(context: Context): Promise<{ [tag: string]: number }> {
  const { dataset, settings, ended } = context;
  const circuit = await currentCircuit(context);
  const runtime = await loadCircuit(circuit);
  const of = (split: Split): number => accuracy(runtime.classify(split.images), split);
  const result = await settling(context);
  const held = validationSplit(dataset, settings);
  if (held.count > 0) {
    result["accuracy/validation"] = of(held);
    const some = partOf(held, 0, Math.min(1000, held.count));
    const { classes } = await context.over("classes", some);
    result["accuracy/network"] = accuracy(classes!, some);
    result["accuracy/gap"] = result["accuracy/network"] - of(some);
  }
  if (!ended) return result;
  const { gates, depth } = circuitStatistics(circuit);
  return {
    ...result,
    ...testAccuracy(of(dataset.test), dataset.test),
    "circuit/gates": gates,
    "circuit/depth": depth,
  };
}

export async function pictures(context: Context, count: number): Promise<readonly Picture[]> {
  const { dataset } = context;
  const first = partOf(dataset.test, 0, Math.min(count, dataset.test.count));
  const runtime = await loadCircuit(await currentCircuit(context));
  const classes = runtime.classify(first.images);
  return readPictures(dataset, first, classes, "Test images, as the circuit reads them");
}
