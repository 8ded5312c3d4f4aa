import { partOf, type Split } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { accuracy, readPictures, testAccuracy } from "../../nn/classify.ts";
import type { ClassifierSettings } from "./options.ts";

export const headline: Metric = {
  tag: "accuracy/test",
  title: "test accuracy",
  unit: "percent",
  better: "higher",
  note: "Accuracy: one sample of the hidden layer per image.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "gradient/variance",
    title: "gradient variance",
    unit: "none",
    better: "lower",
    logarithmic: true,
    note: "Gradient variance: total over the hidden layer's parameters for one batch, at each network's own end.",
  },
];

/** Which evaluation is the network's own way: deterministic and ordinary units have nothing to sample. */
function ownWay({ settings }: EvaluationContext<ClassifierSettings>): "sample" | "threshold" {
  return settings.mode === "stochastic" && settings.unit === "binary" ? "sample" : "threshold";
}

export async function evaluate(
  context: EvaluationContext<ClassifierSettings>,
): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const threshold = await accuracyBy(context, "threshold", test);
  const own = ownWay(context) === "sample" ? await accuracyBy(context, "sample", test) : threshold;
  return {
    ...testAccuracy(own, test),
    "accuracy/test-threshold": threshold,
    "gradient/variance": context.settings.unit === "binary" ? await context.gradientVariance() : 0,
  };
}

async function accuracyBy(
  context: EvaluationContext<ClassifierSettings>,
  way: "sample" | "threshold",
  split: Split,
): Promise<number> {
  const { classes } = await context.over(way, split);
  return accuracy(classes!, split);
}

export async function pictures(
  context: EvaluationContext<ClassifierSettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { dataset } = context;
  const first = partOf(dataset.test, 0, Math.min(count, dataset.test.count));
  const { classes } = await context.over(ownWay(context), first);
  return readPictures(dataset, first, classes!);
}
