import { exampleAt, partOf } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import type { SbnSettings } from "./options.ts";

export const headline: Metric = {
  tag: "loss/test",
  title: "test loss",
  unit: "nats",
  better: "lower",
  note: "Test loss: -log p(lower half | upper half), by one hard sample of both layers.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "bound/test",
    title: "test bound",
    unit: "nats",
    better: "lower",
    atEnd: true,
    note: "Test bound: -log of the mean likelihood over the samples that --bound-samples says.",
  },
  {
    tag: "loss/epoch",
    title: "train loss",
    unit: "nats",
    better: "lower",
    note: "Train loss: mean over the steps of the last epoch.",
  },
  {
    tag: "gradient/variance",
    title: "gradient variance",
    unit: "none",
    better: "lower",
    logarithmic: true,
    note: "Gradient variance: total over the two stochastic layers for one batch, at each network's own end.",
  },
];

export async function evaluate(context: EvaluationContext<SbnSettings>): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const { loss } = await context.over("loss", test);
  const values = Array.from(loss!);
  const mean = values.reduce((a, b) => a + b, 0) / test.count;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    "loss/test": mean,
    "loss/test-standard-error": Math.sqrt(squares / test.count / test.count),
    "gradient/variance": await context.gradientVariance(),
    ...(context.ended ? { "bound/test": await bound(context, context.settings.boundSamples) } : {}),
  };
}

/** `-log(1/m sum_i p(y|h_i))`, mean over the test images; summed in float64. */
async function bound(context: EvaluationContext<SbnSettings>, samples: number): Promise<number> {
  const { test } = context.dataset;
  const least = new Float64Array(test.count).fill(Number.POSITIVE_INFINITY);
  const sums = new Float64Array(test.count); // of exp(least - loss)
  for (let k = 0; k < samples; k++) {
    const { loss } = await context.over("loss", test, k + 1);
    for (let n = 0; n < test.count; n++) {
      const now = loss![n]!;
      const below = Math.min(least[n]!, now);
      sums[n] = sums[n]! * Math.exp(below - least[n]!) + Math.exp(below - now);
      least[n] = below;
    }
  }
  return sums.reduce((all, sum, n) => all + least[n]! - Math.log(sum / samples), 0) / test.count;
}

export async function pictures(
  context: EvaluationContext<SbnSettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { shape, test } = context.dataset;
  if ("length" in shape) return [];
  const first = partOf(test, 0, Math.min(count, test.count));
  const { pixels } = await context.over("complete", first);
  const columns = Math.min(12, first.count);
  const tiles: Picture["tiles"][number][] = [];
  for (let row = 0; row < first.count; row += columns) {
    const shown = Array.from({ length: Math.min(columns, first.count - row) }, (_, i) => row + i);
    tiles.push(...shown.map((n) => ({ pixels: exampleAt(test, n).slice() })));
    tiles.push(...shown.map((n) => ({ pixels: completed(pixels!, n, test.size) })));
  }
  return [
    {
      name: "completions",
      title: "Test images, and below each its upper half with a lower half that the network adds",
      columns,
      shape,
      tiles,
    },
  ];
}

const completed = (pixels: ArrayLike<number>, n: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => Math.round(255 * pixels[n * size + i]!));
