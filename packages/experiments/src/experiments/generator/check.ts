import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, type Distribution, type Estimator } from "hardgrad";
import type { Settings } from "../../contract/experiment.ts";
import type { Dataset } from "../../data/index.ts";
import { checkAnnealing } from "../../nn/temperature-options.ts";
import { bitsEstimator } from "./losses.ts";
import { classCount } from "./network.ts";

/** Decoder passes per step above which a batch would not fit in memory: images of 784 floats, several at a time. */
const MOST_PASSES = 50_000;

/** Refuses an estimator or data that can't be used with these settings. */
export function check(estimator: Estimator, settings: Settings, dataset: Dataset): void {
  const refuse = (sentence: string): never => {
    throw new RangeError(`generator: ${sentence}`);
  };
  if (dataset.classes === 0)
    refuse(
      `data ${dataset.name} has no labels to name its digits by; use --data drawn, mnist or fashion-mnist.`,
    );
  if (settings.hidden === "none")
    refuse("--hidden none leaves no layer between image and class; give sizes such as 400.");
  if (settings.priorHidden === "none")
    refuse("--prior-hidden none leaves no prior to learn; use --prior-layers 0.");
  const { mode } = settings;
  if (mode !== "unsupervised" && settings.classes !== 10)
    refuse(
      `--classes ${settings.classes} is for --mode unsupervised; with labels there are ten, leave it out.`,
    );
  if (mode === "semi-supervised" && (settings.labels as number) % 10 !== 0)
    refuse(`--labels ${settings.labels} can't be equally many of each of ten digits; use a multiple of 10.`);
  if (idle(settings)) return;
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
  const size = kind === "bernoulli" ? (settings.styleSize as number) : classCount(settings);
  const passes = passesOf(estimator, kind, size) * (settings.batch as number);
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

/** With all digits given and a style that is learned by reparameterisation, there is no hard choice to learn. */
export function idle({ mode, style }: Settings): string | undefined {
  return mode === "supervised" && style === "continuous"
    ? "every digit is given and the style is continuous, so estimators have nothing to do; they act with --mode semi-supervised, --mode unsupervised or --style binary."
    : undefined;
}

export function notes(estimator: Estimator, settings: Settings): readonly string[] {
  const nothing = idle(settings);
  if (nothing) return [`${estimator.id} was not used: ${nothing}`];
  const forBits = bitsEstimator(estimator);
  const twice = settings.mode !== "supervised" && settings.style === "binary" && forBits.id !== estimator.id;
  return twice
    ? [
        `the bits of the style learned through ${forBits.id}: ${estimator.id} can't be used inside another hard choice.`,
      ]
    : [];
}
