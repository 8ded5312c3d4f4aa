import { codebookUse } from "hardgrad";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import { codeCount } from "./codes.ts";
import type { VaeSettings } from "./options.ts";

export const codeMetrics: readonly Metric[] = [
  {
    tag: "error/test",
    title: "pixel error",
    unit: "none",
    better: "lower",
    note: "Pixel error: mean absolute error of a pixel of the test images, in [0, 1].",
  },
  {
    tag: "codes/perplexity",
    title: "perplexity",
    unit: "none",
    better: "higher",
    note: "Perplexity: exp of the entropy of the codes over all test images.",
  },
  {
    tag: "codes/used",
    title: "codes used",
    unit: "percent",
    better: "higher",
    note: "Codes used: the share that any test image uses.",
  },
];

/** Of latents that are codes: `-log p(x|z) + variables log K`, which is -ELBO with a posterior that is certain. */
export async function evaluateCodes(
  context: EvaluationContext<VaeSettings>,
): Promise<{ [tag: string]: number }> {
  const { dataset, settings } = context;
  const { count } = dataset.test;
  const { reconstruction, error, indices } = await context.over("codes", dataset.test);
  const codes = codeCount(settings);
  const counts = new Float64Array(codes);
  for (const index of Array.from(indices!)) counts[index]!++;
  const values = Array.from(reconstruction!);
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count;
  const divergence = settings.variables * Math.log(codes);
  const { share, perplexity } = codebookUse(counts);
  return {
    "loss/test": mean + divergence,
    "loss/test-standard-error": Math.sqrt(square / count),
    "kl/test": divergence,
    "reconstruction/test": mean,
    "error/test": Array.from(error!).reduce((a, b) => a + b, 0) / count,
    "codes/perplexity": perplexity,
    "codes/used": share,
  };
}
