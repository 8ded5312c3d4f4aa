import { type DataForm, exampleAt, exampleSize, partOf, shapeText } from "../../contract/dataset.ts";
import type { Card, EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { greyOf } from "../../nn/classify.ts";
import { areCodes, codeCount } from "./codes.ts";
import type { VaeSettings } from "./options.ts";
import { codeMetrics, evaluateCodes } from "./report-codes.ts";

export const PRIOR_SAMPLES = 64;

/** A variable whose mean divergence from the prior is below this tells the decoder nothing. */
const ACTIVE = 0.01;

export const headline: Metric = {
  tag: "loss/test",
  title: "test -ELBO",
  unit: "nats",
  better: "lower",
  note: "Test -ELBO: one hard sample of the latents per image, divergence in closed form.",
};

export const metrics: readonly Metric[] = [
  {
    tag: "loss/epoch",
    title: "train -ELBO",
    unit: "nats",
    better: "lower",
    note: "Train -ELBO: mean over the steps of the last epoch.",
  },
  {
    tag: "bound/test",
    title: "test bound",
    unit: "nats",
    better: "lower",
    atEnd: true,
    note: "Test bound: importance-weighted, with the number of samples that --bound-samples says.",
  },
  {
    tag: "kl/test",
    title: "KL",
    unit: "nats",
    better: "lower",
    note: "KL: of the posterior from the uniform prior.",
  },
  {
    tag: "latents/active",
    title: "active latents",
    unit: "none",
    better: "higher",
    note: `Active latents: variables whose mean KL is above ${ACTIVE} nats.`,
  },
  ...codeMetrics,
  {
    tag: "gradient/variance",
    title: "gradient variance",
    unit: "none",
    better: "lower",
    logarithmic: true,
    note: "Gradient variance: total over the encoder's parameters for one batch, at each network's own end.",
  },
];

export async function evaluate(context: EvaluationContext<VaeSettings>): Promise<{ [tag: string]: number }> {
  if (areCodes(context.settings)) return evaluateCodes(context);
  const { dataset, settings } = context;
  const { count } = dataset.test;
  const { reconstruction, kl } = await context.over("terms", dataset.test);
  const variables = settings.variables;
  const perVariable = new Float64Array(variables);
  let sum = 0;
  let squares = 0;
  for (let n = 0; n < count; n++) {
    let loss = reconstruction![n]!;
    for (let v = 0; v < variables; v++) {
      const divergence = kl![n * variables + v]!;
      perVariable[v]! += divergence / count;
      loss += divergence;
    }
    sum += loss;
    squares += loss ** 2;
  }
  const mean = sum / count;
  const divergence = perVariable.reduce((a, b) => a + b, 0);
  const samples = settings.boundSamples;
  return {
    "loss/test": mean,
    "loss/test-standard-error": Math.sqrt(Math.max(0, squares / count - mean ** 2) / count),
    "kl/test": divergence,
    "reconstruction/test": mean - divergence,
    "latents/active": perVariable.filter((d) => d > ACTIVE).length,
    "gradient/variance": await context.gradientVariance(),
    ...(context.ended && samples > 0 ? { "bound/test": await bound(context, samples) } : {}),
  };
}

/** `-log(1/K sum_k w_k)`, mean over the test images, with `w = p(x, z) / q(z|x)`; summed in float64. */
export async function bound(context: EvaluationContext<VaeSettings>, samples: number): Promise<number> {
  const { test } = context.dataset;
  const top = new Float64Array(test.count).fill(Number.NEGATIVE_INFINITY);
  const sums = new Float64Array(test.count); // of exp(weight - top)
  for (let k = 0; k < samples; k++) {
    const { weight } = await context.over("weight", test, k + 1);
    for (let n = 0; n < test.count; n++) {
      const w = weight![n]!;
      const above = Math.max(top[n]!, w);
      sums[n] = sums[n]! * Math.exp(top[n]! - above) + Math.exp(w - above);
      top[n] = above;
    }
  }
  const total = sums.reduce((all, sum, n) => all + top[n]! + Math.log(sum / samples), 0);
  return -total / test.count;
}

export async function pictures(
  context: EvaluationContext<VaeSettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { shape, test } = context.dataset;
  if ("length" in shape) return [];
  const first = partOf(test, 0, Math.min(count, test.count));
  const { pixels } = await context.over("reconstruct", first);
  const { pixels: dreams } = await context.call("prior");
  const columns = Math.min(12, first.count);
  const tiles: Picture["tiles"][number][] = [];
  for (let row = 0; row < first.count; row += columns) {
    const shown = Array.from({ length: Math.min(columns, first.count - row) }, (_, i) => row + i);
    tiles.push(...shown.map((n) => ({ pixels: exampleAt(test, n).slice() })));
    tiles.push(...shown.map((n) => ({ pixels: greyOf(pixels!, n, test.size) })));
  }
  const samples = Array.from({ length: Math.min(2 * count, PRIOR_SAMPLES) }, (_, n) => ({
    pixels: greyOf(dreams!.data, n, test.size),
  }));
  return [
    {
      name: "reconstructions",
      title: "Test images, and below each what the decoder makes of its code",
      columns,
      shape,
      tiles,
    },
    { name: "samples", title: "Samples of the prior", columns: 12, shape, tiles: samples },
  ];
}

function describe(settings: VaeSettings): string {
  const { variables, latents, method } = settings;
  if (latents === "categorical") return `${variables} variables of ${settings.categories} categories`;
  if (latents === "bernoulli") return `${variables} variables that are 0 or 1`;
  const how = {
    fsq: `finite scalar quantization, levels ${settings.levels}`,
    lfq: `lookup-free quantization, ${settings.bits} bits`,
    vq: `a codebook of ${settings.dimensions} dimensions, ${method}`,
  }[latents];
  return `${variables} of ${codeCount(settings)} codes (${how})`;
}

export function card(settings: VaeSettings, { shape }: DataForm): Card {
  const code = describe(settings);
  return {
    description: `A variational autoencoder of ${shapeText(shape)} whose code is ${code}; hidden layers ${settings.hidden} (${settings.activation}), uniform prior.`,
    use: `\`checkpoint.safetensors\` holds \`params.encoder.w1 [${exampleSize(shape)}, hidden]\`, \`params.encoder.b1\`, ... and \`params.decoder.w1\`, ...: layers are \`x w + b\` with the activation between them. The encoder takes pixels in [0, 1] and gives ${areCodes(settings) ? "what is coded" : "the logits of the code"}; the decoder takes a code and gives the logits of the pixels. The other tensors are the optimizer's and the estimator's state, for resuming.`,
    task: "unconditional-image-generation",
    tags: ["vae", "discrete-latents"],
  };
}
