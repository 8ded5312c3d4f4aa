import type { numpy as np } from "@jax-js/jax";
import type { ReferenceKey } from "./references/index.ts";
import type { Reference } from "./references/paper.ts";

export type { ReferenceKey } from "./references/index.ts";
export type { Reference } from "./references/paper.ts";

/**
 * Ownership: as everywhere in jax-js, a function consumes the arrays it is given; pass `x.ref` to keep `x`.
 * An objective is called with a sample that it owns, and hands over the losses it returns.
 */

/** The kinds of distribution that an estimator may support. */
export type Kind = "bernoulli" | "categorical" | "subset" | "plackett-luce" | "poisson" | "binomial";

/** How the probability of a Bernoulli unit follows from its logit. */
export type Probability = "sigmoid" | "hard-sigmoid";

/**
 * What a distribution is: logits and how to read their axes. Made by `bernoulli`, `categorical`, `subset`, ...
 * `Distribution` alone is one of any kind.
 */
export interface Distribution<K extends Kind = Kind> {
  readonly kind: K;
  /** `[...batch, ...event]` */
  readonly logits: np.Array;
  /** The axes of the losses: one loss per example. */
  readonly batchShape: readonly number[];
  /** `[units]`; categorical: `[categories]` or `[variables, categories]`. */
  readonly eventShape: readonly number[];
  readonly probability: Probability;
  /** Whether some logits stand for what a mask forbids: probability zero and no gradient. */
  readonly masked?: true;
  /** Subsets: the number k of ones. Binomial: the number of trials. Poisson: the largest count. Else 0. */
  readonly total: number;
}

/**
 * Maps a hard sample `[...samples, ...batch, ...event]` to one loss per example `[...samples, ...batch]`.
 * Estimators that draw several samples call it once, with the samples on a new leading axis; MuProp, REBAR and RELAX
 * call it again at soft values. So take arrays that it captures by `.ref`.
 */
export type Objective = (sample: np.Array) => np.Array;

/** Arrays by name: parameters, gradients, masks, the state of an optimizer or of an estimator. */
export type NamedArrays = { [name: string]: np.Array };

/** What an estimator asks of the objective. */
export type Need =
  /** losses at hard samples, no gradient */
  | "values"
  /** the loss at the hard sample and its gradient there */
  | "gradient"
  /** the loss and its gradient at values that are not hard */
  | "soft gradient"
  /** losses at hard samples, and gradients there as well: unbiased whatever the gradient says */
  | "values and gradient"
  /** losses at hard samples, and losses and gradients at soft values: unbiased all the same */
  | "values and soft gradient";

/** The families of estimators, as the documentation groups them. */
export type Family =
  | "exact"
  | "score function"
  | "coupled samples"
  | "straight-through"
  | "relaxation"
  | "control variate"
  | "perturbation"
  | "noise";

/** An option that is a number. */
export interface NumberOption {
  readonly type: "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  /**
   * The value may also be a scalar array, so that a schedule does not recompile a jitted step. Out of range it is
   * refused where it has a value; inside `jit` the result is NaN.
   */
  readonly schedulable?: boolean;
  readonly help: string;
}

/** An option that is one of a few words. */
export interface ChoiceOption {
  readonly type: "choice";
  readonly default: string;
  readonly choices: readonly string[];
  readonly help: string;
}

/** An option that is on or off. */
export interface BooleanOption {
  readonly type: "boolean";
  readonly default: boolean;
  readonly help: string;
}

/** One option of an estimator or unit: from it come its type, validation, `--help` and the documentation. */
export type OptionSpec = NumberOption | ChoiceOption | BooleanOption;

/** The options of an estimator by name. */
export type OptionsTable = { readonly [name: string]: OptionSpec };

/**
 * What is known of an estimator with the options in hand before it runs. The conformance suite checks every line of it.
 * An option given as an array is not known: then the weaker claim stands.
 */
export interface Traits<K extends Kind = Kind> {
  /** Its name on the command line, such as `rao-blackwell`. */
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** Where to read about it within its family: 1 is first. Absent: after the others. */
  readonly place?: number;
  readonly supports: readonly K[];
  /** Absent: sigmoid probabilities only. Else it is what it says it is for these. */
  readonly probabilities?: readonly Probability[];
  /** Whether the mean of the estimate is the gradient of `E[f]` under the hard distribution. */
  readonly unbiased: boolean;
  /** The bias is zero when f is a polynomial of this degree in the sample; 0 means: for constants only. */
  readonly exactDegree: 0 | 1 | 2 | 3 | "all";
  readonly forward: "hard" | "soft";
  /** Unbiased only for an f that is continuous between the hard values. */
  readonly continuous?: true;
  /** Absent: samples follow the distribution. "own": they follow a law of the estimator's, named in the note. */
  readonly law?: "own";
  readonly needs: Need;
  /** It lists the joint states of a distribution, so that there must be few of them. */
  readonly enumerates?: true;
  /** The estimate, as a formula. b or D: the sample; p or pi: its mean; g: gradient of f at the sample. */
  readonly formula: string;
  /** What to know before choosing it. */
  readonly note: string;
  /** The paper: a key of `references`, or a record of one's own. `referenceOf` gives the record. */
  readonly reference?: ReferenceKey | Reference;
  /** Other names of it, as papers published it again. */
  readonly aliases?: readonly Alias[];
  readonly options: OptionsTable;
}

/** Another name of an estimator: `findEstimator` and the command line take it as well. */
export interface Alias {
  readonly id: string;
  readonly title: string;
  /** With what restriction it is the same. */
  readonly note: string;
  readonly reference: ReferenceKey | Reference;
}

/** Traits, and pure functions of (distribution, objective, noise, state). */
interface Estimation<K extends Kind> extends Traits<K> {
  /** The options in force. */
  readonly settings: { readonly [name: string]: number | string | boolean | np.Array };
  /** It knows f by its loss at the one hard sample, and by nothing else: f may be computed for that sample only. */
  readonly singleSample: boolean;
  /** It keeps state from step to step: `statefulExpectation` carries it. */
  readonly stateful: boolean;
  /** Evaluations of f per example, hard and soft together. */
  evaluations(q: Distribution): number;
  /** The state before the first step; `{}` for estimators without. */
  init(q: Distribution): NamedArrays;
  /** Every random number the estimate uses, so that the rest is a pure function. Consumes the key. */
  noise(q: Distribution, key: np.Array): np.Array;
  /**
   * For a law of its own: the probabilities of the sample given the noise before the last draw, of the shape of the logits and
   * differentiable. Their mean over the noise is the law. Absent where none is known, or the sample has no last draw.
   * Consumes both.
   */
  ownLaw?(q: Distribution, noise: np.Array): np.Array;
  /** Of one that works by the chain rule with state: the sample with its gradient attached, and the next state. Consumes all. */
  statefulPath?(
    q: Distribution,
    noise: np.Array,
    state: NamedArrays,
  ): { sample: np.Array; state: NamedArrays };
  /** Losses whose value is f at the sample and whose gradient is the estimate. Consumes q.logits, noise, state. */
  losses(
    q: Distribution,
    f: Objective,
    noise: np.Array,
    state: NamedArrays,
  ): { losses: np.Array; state: NamedArrays };
}

/** An estimator that works by the chain rule: it has a sample to hand on, see `through`. */
export interface PathEstimator<K extends Kind = Kind> extends Estimation<K> {
  /** The sample with its gradient attached. Consumes both. */
  path(q: Distribution, noise: np.Array): np.Array;
}

/** An estimator without a path, or with one that needs state: for `expectation`, or `statefulThrough`. */
export interface LossEstimator<K extends Kind = Kind> extends Estimation<K> {
  readonly path?: undefined;
}

/** An estimator that works by the chain rule and keeps state: see `statefulThrough`. */
export interface StatefulPathEstimator<K extends Kind = Kind> extends LossEstimator<K> {
  statefulPath(
    q: Distribution,
    noise: np.Array,
    state: NamedArrays,
  ): { sample: np.Array; state: NamedArrays };
}

/** An estimator of distributions of these kinds. `Estimator` alone is any: what it can do is found when it runs. */
export type Estimator<K extends Kind = Kind> = PathEstimator<K> | LossEstimator<K>;
