import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, type Distribution, type Estimator } from "hardgrad";
import type { Dataset } from "../../contract/dataset.ts";
import { checkAnnealing } from "../../nn/temperature-options.ts";
import { bitsEstimator } from "./losses.ts";
import type { GeneratorSettings } from "./options.ts";

/** Decoder passes per step above which a batch would not fit in memory: images of 784 floats, several at a time. */
const MOST_PASSES = 50_000;

/** Refuses an estimator or data that can't be used with these settings. */
export function check(estimator: Estimator, settings: GeneratorSettings, dataset: Dataset): void {
  const refuse = (sentence: string): never => {
    throw new RangeError(`generator: ${sentence}`);
  };
  const count = dataset.classes.length;
  if ("length" in dataset.shape)
    refuse(
      `data ${dataset.name} are vectors, and a generator draws images; use experiment vae, or data of images.`,
    );
  if (count === 0)
    refuse(
      `data ${dataset.name} has no labels to name its classes by; use --data drawn, mnist or fashion-mnist, or data of your own with labels (docs/own-data.md).`,
    );
  if (settings.hidden === "none")
    refuse("--hidden none leaves no layer between image and class; give sizes such as 400.");
  if (settings.priorHidden === "none")
    refuse("--prior-hidden none leaves no prior to learn; use --prior-layers 0.");
  const { mode } = settings;
  if (mode !== "unsupervised" && settings.classes !== count)
    refuse(
      `--classes ${settings.classes} is for --mode unsupervised; with labels there are ${count}, leave it out.`,
    );
  if (mode === "semi-supervised" && settings.labels % count !== 0)
    refuse(
      `--labels ${settings.labels} can't be equally many of each of ${count} classes; use a multiple of ${count}.`,
    );
  if (isIdle(settings)) return;
  const kind = mode === "supervised" ? "bernoulli" : "categorical";
  if (!estimator.supports.includes(kind))
    refuse(
      `${estimator.id} does not support ${kind === "bernoulli" ? "bits" : "a categorical digit"}; see \`hardgrad list\`.`,
    );
  checkAnnealing("generator", estimator, settings);
  if (estimator.id === "vimco")
    refuse(
      "vimco trains another bound than this experiment's; use rloo, which draws several samples as well.",
    );
  const size = kind === "bernoulli" ? settings.styleSize : settings.classes;
  const passes = passesOf(estimator, kind, size) * settings.batch;
  if (passes > MOST_PASSES)
    refuse(
      `${estimator.id} evaluates ${passes} pictures per step, more than ${MOST_PASSES}; use fewer --${kind === "bernoulli" ? "style-size" : "classes"} or a smaller --batch, or another estimator.`,
    );
}

function passesOf(estimator: Estimator, kind: "bernoulli" | "categorical", size: number): number {
  const shape = np.zeros([1, size]);
  const q: Distribution = kind === "bernoulli" ? bernoulli(shape) : categorical(shape);
  const passes = estimator.evaluations(q);
  shape.dispose();
  return passes;
}

/** Whether all digits are given and the style is learned by reparameterization: then there is no hard choice to learn. */
const isIdle = ({ mode, style }: GeneratorSettings): boolean =>
  mode === "supervised" && style === "continuous";

/** What the estimator does not do with these settings. */
export function advice(settings: GeneratorSettings, estimator: Estimator): readonly string[] {
  if (isIdle(settings))
    return [
      "no estimator is used: every digit is given and the style is continuous; estimators act with --mode semi-supervised, --mode unsupervised or --style binary.",
    ];
  const forBits = bitsEstimator(estimator);
  const twice = settings.mode !== "supervised" && settings.style === "binary" && forBits.id !== estimator.id;
  return twice
    ? [
        `the bits of the style learned through ${forBits.id}: ${estimator.id} can't be used inside another hard choice.`,
      ]
    : [];
}
