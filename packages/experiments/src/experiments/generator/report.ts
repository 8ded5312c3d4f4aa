import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import { bestAssignment, confusion } from "./assignment.ts";
import { nameClasses, tagOf } from "./naming.ts";
import type { GeneratorSettings } from "./options.ts";

export const headline: Metric = {
  tag: "loss/test",
  title: "test -ELBO",
  unit: "nats",
  better: "lower",
  note: "Test -ELBO: one hard sample of digit and style per image; of images given their digit in supervised mode.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "accuracy/test",
    title: "test accuracy",
    unit: "percent",
    better: "higher",
    note: "Accuracy: the most probable digit of each test image; without labels, the found classes by their best assignment to digits.",
  },
  {
    tag: "accuracy/test-named",
    title: "accuracy by names",
    unit: "percent",
    better: "higher",
    note: "Accuracy by names: found classes named by the majority of 10 training images each.",
  },
  {
    tag: "kl/test",
    title: "KL",
    unit: "nats",
    better: "lower",
    note: "KL: of digit and style from their priors.",
  },
  {
    tag: "gradient/variance",
    title: "gradient variance",
    unit: "none",
    better: "lower",
    logarithmic: true,
    note: "Gradient variance: total over the parameters below the hard choices for one batch, at each network's own end.",
  },
];

export async function evaluate(
  context: EvaluationContext<GeneratorSettings>,
): Promise<{ [tag: string]: number }> {
  const { dataset, settings } = context;
  const { count, labels } = dataset.test;
  const { reconstruction, divergence, classes } = await context.over("terms", dataset.test);
  let [sum, squares, kl] = [0, 0, 0];
  for (let n = 0; n < count; n++) {
    const loss = reconstruction![n]! + divergence![n]!;
    sum += loss;
    squares += loss ** 2;
    kl += divergence![n]!;
  }
  const mean = sum / count;
  const values: { [tag: string]: number } = {
    "loss/test": mean,
    "loss/test-standard-error": Math.sqrt(Math.max(0, squares / count - mean ** 2) / count),
    "kl/test": kl / count,
    "reconstruction/test": mean - kl / count,
  };
  const accuracy = (names: readonly number[]): number => {
    let right = 0;
    for (let n = 0; n < count; n++) if (names[classes![n]!] === labels[n]) right++;
    return right / count;
  };
  if (settings.mode === "unsupervised") {
    const names = await nameClasses(context);
    for (const [k, name] of names.entries()) values[tagOf(k)] = name;
    const counts = confusion(classes!, labels, settings.classes, dataset.classes.length);
    values["accuracy/test"] = accuracy(bestAssignment(counts));
    values["accuracy/test-named"] = accuracy(names);
  } else values["accuracy/test"] = accuracy(dataset.classes.map((_, k) => k));
  if (settings.mode !== "supervised" || settings.style === "binary")
    values["gradient/variance"] = await context.gradientVariance();
  return values;
}
