import type { Picture } from "../contract.ts";
import type { Card, EvaluationContext, Metric, Settings } from "../experiment.ts";

export const headline: Metric = {
  tag: "loss/test",
  title: "test -ELBO",
  unit: "nats",
  better: "lower",
  note: "Test -ELBO: one sample of the style per image.",
};
export const metrics: readonly Metric[] = [
  {
    tag: "accuracy/test",
    title: "test accuracy",
    unit: "percent",
    better: "higher",
    note: "Accuracy: the most probable class of each test image.",
  },
];

export async function evaluate(context: EvaluationContext): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const { reconstruction, divergence, classes } = await context.over("terms", test);
  let [r, d, right] = [0, 0, 0];
  for (let n = 0; n < test.count; n++) {
    r += reconstruction![n]!;
    d += divergence![n]!;
    if (classes![n] === test.labels[n]) right++;
  }
  return {
    "loss/test": (r + d) / test.count,
    "reconstruction/test": r / test.count,
    "kl/test": d / test.count,
    "accuracy/test": right / test.count,
  };
}

export async function pictures(_context: EvaluationContext, _count: number): Promise<readonly Picture[]> {
  return [];
}

export function card(settings: Settings): Card {
  return {
    description: `A generator, ${settings.mode}.`,
    use: "",
    task: "unconditional-image-generation",
    tags: ["vae"],
  };
}
