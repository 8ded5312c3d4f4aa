import { numpy as np } from "@jax-js/jax";
import { type Estimator, hardConcreteGate, hardConcreteOpen, logSigmoid, sigmoid } from "hardgrad";

/** What a gate is worth in use: without noise, closed up to a threshold. */
export type GateKind = "binary" | "smooth" | "rectifier" | "sigmoid" | "hard-concrete" | "top";

interface Kind {
  /** Of estimators that train it; undefined: any of hard Bernoulli variables. */
  readonly trainedBy?: string;
  /** The probability that a gate opens, as the sparsity penalty sees it. Consumes the logits. */
  open(logits: np.Array): np.Array;
  /** The log-odds of that probability, where it has any. Consumes the logits. */
  logOdds?(logits: np.Array): np.Array;
  /** The value of an open gate. Consumes the logits. */
  value(logits: np.Array): np.Array;
  /** Logit at which a gate opens at this rate: where training begins. */
  start(rate: number): number;
  /** The lowest threshold: below it the value itself is 0. */
  readonly lowest: number;
}

const logit = (rate: number): number => Math.log(rate / (1 - rate));
/** Where hard-concrete gates have an even chance to be 0: beta log(-low / high). */
const CONCRETE = (2 / 3) * Math.log(0.1 / 1.1);

const kinds: { readonly [K in Exclude<GateKind, "top">]: Kind } = {
  binary: { open: sigmoid, logOdds: (a) => a, value: (a) => np.onesLike(a), start: logit, lowest: -1e9 },
  smooth: {
    trainedBy: "stochastic-times-smooth",
    open: sigmoid,
    logOdds: (a) => a,
    value: (a) => np.exp(logSigmoid(a).mul(0.5)),
    start: logit,
    lowest: -1e9,
  },
  rectifier: {
    trainedBy: "noisy-rectifier",
    open: (a) => np.greater(a, 0).astype(np.float32),
    value: (a) => a,
    start: () => 0,
    lowest: 0,
  },
  sigmoid: {
    trainedBy: "additive-noise",
    open: sigmoid,
    logOdds: (a) => a,
    value: sigmoid,
    start: () => 0,
    lowest: -1e9,
  },
  "hard-concrete": {
    trainedBy: "hard-concrete",
    open: (a) => hardConcreteOpen(a),
    logOdds: (a) => a.sub(CONCRETE),
    value: (a) => hardConcreteGate(a),
    start: (rate) => logit(rate) + CONCRETE,
    // clip(1.2 sigmoid(a) - 0.1) is 0 up to sigmoid(a) = 1/12
    lowest: -Math.log(11),
  },
};

export const gateKinds: readonly GateKind[] = [...(Object.keys(kinds) as GateKind[]), "top"];

export function kindOf(gate: GateKind): Kind {
  return kinds[gate === "top" ? "binary" : gate];
}

/** The gates as they are used: `value(a)` where a is above the threshold, else 0. Consumes both. */
export function hardGates(gate: Exclude<GateKind, "top">, logits: np.Array, threshold: np.Array): np.Array {
  const open = np.greater(logits.ref, threshold).astype(np.float32);
  return open.mul(kinds[gate].value(logits));
}

/** Why an estimator can't train such gates, or undefined. */
export function misfit(gate: GateKind, estimator: Estimator): string | undefined {
  if (gate === "top")
    return estimator.supports.includes("plackett-luce")
      ? undefined
      : `--gate top needs an estimator of subsets, such as soft-threshold-top-k, not ${estimator.id}.`;
  const { trainedBy } = kinds[gate];
  if (trainedBy !== undefined)
    return trainedBy === estimator.id
      ? undefined
      : `--gate ${gate} is trained by ${trainedBy}, not ${estimator.id}; leave --gate out.`;
  const own = Object.entries(kinds).find(([, kind]) => kind.trainedBy === estimator.id);
  if (own) return `${estimator.id} trains gates of the kind ${own[0]}; use --gate ${own[0]}.`;
  if (!estimator.supports.includes("bernoulli"))
    return estimator.supports.includes("plackett-luce")
      ? `${estimator.id} draws subsets; use --gate top.`
      : `${estimator.id} does not support Bernoulli gates; see \`hardgrad list\`.`;
  return undefined;
}

/** Why open blocks alone are not enough for the gradient of such gates, or undefined. */
export function unroutable(gate: GateKind, estimator: Estimator): string | undefined {
  const exact = gate === "binary" ? estimator.singleSample : gate !== "top" && gate !== "sigmoid";
  return exact
    ? undefined
    : `--room below 1 computes open blocks only, and ${estimator.id} with --gate ${gate} needs closed ones too; use reinforce-minimum-variance, noisy-rectifier, stochastic-times-smooth or hard-concrete.`;
}
