import type { Split } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";

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
function ownWay({ settings }: EvaluationContext): "sample" | "threshold" {
  return settings.mode === "stochastic" && settings.unit === "binary" ? "sample" : "threshold";
}

export async function evaluate(context: EvaluationContext): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const threshold = await accuracy(context, "threshold", test);
  const own = ownWay(context) === "sample" ? await accuracy(context, "sample", test) : threshold;
  return {
    "accuracy/test": own,
    "accuracy/test-standard-error": Math.sqrt((own * (1 - own)) / test.count),
    "accuracy/test-threshold": threshold,
    "gradient/variance": context.settings.unit === "binary" ? await context.gradientVariance() : 0,
  };
}

async function accuracy(
  context: EvaluationContext,
  way: "sample" | "threshold",
  split: Split,
): Promise<number> {
  const { classes } = await context.over(way, split);
  let right = 0;
  for (let n = 0; n < split.count; n++) if (classes![n] === split.labels[n]) right++;
  return right / split.count;
}

export async function pictures(context: EvaluationContext, count: number): Promise<readonly Picture[]> {
  const { test } = context.dataset;
  const first: Split = { ...test, count: Math.min(count, test.count) };
  const { classes } = await context.over(ownWay(context), first);
  const tiles = Array.from({ length: first.count }, (_, n) => {
    const label = test.labels[n]!;
    const right = classes![n] === label;
    return {
      pixels: test.images.slice(n * 784, (n + 1) * 784),
      caption: right ? String(label) : `${classes![n]}, is ${label}`,
      right,
    };
  });
  return [{ name: "digits", title: "Test images, as the network reads them", columns: 12, tiles }];
}
