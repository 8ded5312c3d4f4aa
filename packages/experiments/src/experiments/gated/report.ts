import { gateReport, thresholdForRate } from "hardgrad";
import type { HostArrays } from "../../contract/backend.ts";
import { type Dataset, partOf, type Split } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { accuracy, readPictures, testAccuracy } from "../../nn/classify.ts";
import { kindOf } from "./gate-kinds.ts";
import { capacityOf } from "./network.ts";
import type { GatedSettings } from "./options.ts";
import { sizesOf } from "./sizes.ts";

export const headline: Metric = {
  tag: "accuracy/test",
  title: "test accuracy",
  unit: "percent",
  better: "higher",
  note: "Accuracy: gates without noise, open above the threshold that gives the wanted rate on images that are not the test's; a router's gates as it has them for one image.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "gate/rate",
    title: "open gates",
    unit: "percent",
    better: "lower",
    note: "Open gates: measured on the test images, share of all gates.",
  },
  {
    tag: "gate/dead",
    title: "dead gates",
    unit: "percent",
    better: "lower",
    note: "Dead gates: those that open for no test image.",
  },
];

/** Images that the threshold is measured on. */
const MEASURED = 2500;

/** The training images that are trained on, and those kept for validation: the last ones. */
export function partsOf(dataset: Dataset, settings: GatedSettings): { trained: Split; kept: Split } {
  const { train } = dataset;
  const count = train.count - Math.round(train.count * settings.validation);
  return { trained: partOf(train, 0, count), kept: partOf(train, count, train.count) };
}

/** Validation images, or training images if none are kept. */
function measuredOn(dataset: Dataset, settings: GatedSettings): Split {
  const { trained, kept } = partsOf(dataset, settings);
  const from = kept.count > 0 ? kept : trained;
  return partOf(from, 0, Math.min(MEASURED, from.count));
}

/** The threshold that gives the wanted rate, from logits of validation images (or training images, if none are kept). */
export async function calibrate(context: EvaluationContext<GatedSettings>): Promise<HostArrays> {
  const { dataset, settings } = context;
  const { gate, router } = settings;
  if (router !== "none") return calibrateRouter(context);
  if (!sizesOf(settings).gated || gate === "top" || gate === "sigmoid") return {};
  const { logits } = await context.over("logits", measuredOn(dataset, settings));
  const threshold = Math.max(kindOf(gate).lowest, thresholdForRate(logits!, settings.rate));
  return { threshold: { shape: [1], data: Float32Array.of(threshold) } };
}

/** What a router needs for one image at a time: the last bias, or the threshold of each expert. */
async function calibrateRouter(context: EvaluationContext<GatedSettings>): Promise<HostArrays> {
  const { dataset, settings } = context;
  const { gates } = sizesOf(settings);
  if (settings.router === "loss-free") {
    const { "estimator.bias": bias } = await context.read(["estimator.bias"]);
    return { routerBias: { shape: [gates], data: bias!.data as Float32Array } };
  }
  if (settings.router !== "expert-choice") return {};
  const { logits } = await context.over("logits", measuredOn(dataset, settings));
  return { threshold: { shape: [gates], data: expertThresholds(logits!, gates, settings.rate) } };
}

/** For each expert the threshold of its probability that the wanted share of examples is above. */
function expertThresholds(logits: ArrayLike<number>, gates: number, rate: number): Float32Array {
  const examples = logits.length / gates;
  const columns = Array.from({ length: gates }, () => new Float32Array(examples));
  for (let n = 0; n < examples; n++) {
    const row = Array.from({ length: gates }, (_, j) => logits[n * gates + j]!);
    const top = Math.max(...row);
    const e = row.map((a) => Math.exp(a - top));
    const total = e.reduce((sum, v) => sum + v, 0);
    for (const [j, column] of columns.entries()) column[n] = e[j]! / total;
  }
  return Float32Array.from(columns, (column) => thresholdForRate(column, rate));
}

export async function evaluate(
  context: EvaluationContext<GatedSettings>,
): Promise<{ [tag: string]: number }> {
  const { dataset, settings } = context;
  const { test } = dataset;
  const { kept } = partsOf(dataset, settings);
  const sizes = sizesOf(settings);
  const results = await context.over(sizes.gated ? "gates" : "classes", test);
  const values = testAccuracy(accuracy(results.classes!, test), test);
  if (kept.count > 0)
    values["accuracy/validation"] = accuracy((await context.over("classes", kept)).classes!, kept);
  if (!sizes.gated) return values;
  const { rate, dead, alwaysOn, perGate, least, most } = gateReport(results.gates!, sizes.gates);
  return {
    ...values,
    "gate/rate": rate,
    "gate/dead": dead,
    "gate/always-on": alwaysOn,
    "gate/least": least,
    "gate/most": most,
    "gate/probability": mean(results.probability!),
    // The load of the busiest gate over the mean load, minus 1.
    "gate/max-violation": Math.max(...perGate) / Math.max(rate, Number.MIN_VALUE) - 1,
    ...(await controlOf(context)),
    ...leftOut(results.gates!, sizes.gates, settings),
    ...ratesPerClass(results.gates!, test, sizes.gates, dataset.classes.length),
  };
}

/** Threshold and strength, of what has them. */
async function controlOf(context: EvaluationContext<GatedSettings>): Promise<{ [tag: string]: number }> {
  const { router } = context.settings;
  const names: { readonly [tag: string]: string } = {
    ...(router === "none" && { "gate/threshold": "params.threshold" }),
    ...((router === "none" || router === "relu") && { "gate/strength": "estimator.control.strength" }),
  };
  const state = await context.read(Object.values(names));
  return Object.fromEntries(Object.entries(names).map(([tag, name]) => [tag, state[name]!.data[0]!]));
}

/** `gate/left-out`: the share of open gates that find no room in a routed step, in batches of test images. */
function leftOut(
  gates: ArrayLike<number>,
  width: number,
  settings: GatedSettings,
): { [tag: string]: number } {
  const batch = settings.batch;
  const capacity = capacityOf(settings, batch);
  if (capacity === undefined) return {};
  let [open, out] = [0, 0];
  for (let from = 0; from + batch * width <= gates.length; from += batch * width)
    for (let j = 0; j < width; j++) {
      let count = 0;
      for (let n = 0; n < batch; n++) if (gates[from + n * width + j] !== 0) count++;
      open += count;
      out += Math.max(0, count - capacity);
    }
  return { "gate/left-out": out / Math.max(1, open) };
}

/** `gate/rate-0`, `gate/rate-1`, ...: the share of gates that images of a class open. */
function ratesPerClass(
  gates: ArrayLike<number>,
  { labels, count }: Split,
  width: number,
  classes: number,
): { [tag: string]: number } {
  const open = new Float64Array(classes);
  const images = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    images[labels[n]!]!++;
    for (let j = 0; j < width; j++) if (gates[n * width + j] !== 0) open[labels[n]!]!++;
  }
  return Object.fromEntries(
    Array.from(open, (sum, label) => [`gate/rate-${label}`, sum / (Math.max(1, images[label]!) * width)]),
  );
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export async function pictures(
  context: EvaluationContext<GatedSettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { dataset } = context;
  const { gates, gated } = sizesOf(context.settings);
  const first = partOf(dataset.test, 0, Math.min(count, dataset.test.count));
  const results = await context.over(gated ? "gates" : "classes", first);
  if (!gated) return readPictures(dataset, first, results.classes!);
  const open = (n: number): number =>
    Array.from({ length: gates }, (_, j) => results.gates![n * gates + j]!).filter((v) => v !== 0).length;
  const title = `Test images, as the network reads them, with how many of ${gates} gates are open`;
  return readPictures(dataset, first, results.classes!, title, (n) => ` (${open(n)} open)`);
}
