import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { onlyAllowed } from "../../distributions/mask.ts";
import { references } from "../../references.ts";
import type { Distribution, Estimator, NamedArrays, Objective, OptionsTable, Traits } from "../../types.ts";
import {
  evaluateWithGradient,
  lossEstimator,
  overEvent,
  sumEvent,
  withLogitGradient,
} from "../parts/index.ts";
import { maximizer, perturbation, scoresOf } from "../parts/maximizer.ts";

const shared = {
  family: "perturbation",
  supports: ["bernoulli", "categorical", "subset", "plackett-luce"],
  unbiased: false,
  exactDegree: 0,
  forward: "hard",
  law: "own",
  needs: "gradient",
} as const;

const lawNote = "Subsets of two or more follow perturb-and-MAP, which is sharper than the conditional law.";

/** Sample, losses and the gradient there. Keeps q. */
function forward(
  id: string,
  q: Distribution,
  f: Objective,
  noise: np.Array,
): { losses: np.Array; g: np.Array; scores: np.Array; sample: np.Array } {
  const scores = scoresOf(q).add(noise);
  const sample = maximizer(q, scores.ref);
  const { losses, gradient } = evaluateWithGradient(id, q, f, sample.ref);
  return { losses, g: gradient, scores, sample };
}

const imleOptions: OptionsTable = {
  step: {
    type: "number",
    default: 1,
    min: 1e-4,
    max: 1e4,
    help: "lambda: how far the target logits are moved along -g",
  },
};

/**
 * I-MLE: the most probable state of perturbed logits, compared with the one of logits moved against the gradient:
 * `[MAP(a + e) - MAP(a - lambda g + e)] / lambda`. Asks for nothing but a maximiser.
 *
 * Not linear in g, so it works with `expectation` only. Samples follow perturb-and-MAP: exact for Bernoulli, categorical
 * and Plackett-Luce, and for a `subset` of one. For larger subsets (sum-of-gamma noise) they follow a sharper law than
 * the conditional one: of six logits between -0.8 and 0.9 the total variation is 0.16 for k = 2, 0.34 for k = 3 and
 * 0.44 for k = 5; it is 0 where all logits are equal.
 * @param given.step lambda, 1e-4 to 1e4 (default 1). A small one gives mostly zeros, a large one more bias.
 * Reference: Niepert, Minervini & Franceschi 2021.
 * @example
 * const losses = expectation(subset(logits, 3), f, imle({ step: 10 }), key);
 */
export function imle(given: { step?: number } = {}): Estimator {
  const settings = resolveOptions<{ step: number }>("imle", imleOptions, given);
  const traits: Traits = {
    ...shared,
    id: "imle",
    title: "I-MLE: implicit maximum likelihood",
    formula: "[MAP(a + e) - MAP(a - lambda g + e)] / lambda",
    note: `For structures with a maximiser and nothing else. Sparse gradients; lambda must fit the scale of g. ${lawNote}`,
    reference: references.niepert2021,
    options: imleOptions,
    example: "expectation(subset(logits, 3), f, imle({ step: 10 }), key)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => 1,
    noise: perturbation,
    losses: (q, f, noise, state) => {
      const { losses, g, scores, sample } = forward("imle", q, f, noise);
      const target = maximizer(q, scores.sub(g.mul(settings.step)));
      return { losses: withLogitGradient(q, losses, sample.sub(target).div(settings.step)), state };
    },
  });
}

const adaptiveOptions: OptionsTable = {
  target: {
    type: "number",
    default: 0.5,
    min: 0.01,
    max: 1,
    help: "target share of examples with a non-zero gradient",
  },
  rate: { type: "number", default: 0.01, min: 1e-6, max: 1, help: "rate at which the step size adapts" },
};

/**
 * Adaptive I-MLE: the difference taken to both sides, `[MAP(a + s g + e) - MAP(a - s g + e)] / (2 s)`, and the step
 * `s = alpha |a| / |g|` of each example adapted in the state so that a wanted share of them gets a gradient.
 *
 * @param given.target that share, 0.01 to 1 (default 0.5).
 * @param given.rate of the adaptation of alpha, in its logarithm, 1e-6 to 1 (default 0.01).
 * Reference: Minervini, Franceschi & Niepert 2023.
 * @example
 * const step = statefulExpectation(subset(logits, 3), f, adaptiveImle(), key, state);
 */
export function adaptiveImle(given: { target?: number; rate?: number } = {}): Estimator {
  const id = "adaptive-imle";
  const settings = resolveOptions<{ target: number; rate: number }>(id, adaptiveOptions, given);
  const traits: Traits = {
    ...shared,
    id,
    title: "Adaptive I-MLE",
    formula: "[MAP(a + s g + e) - MAP(a - s g + e)] / (2 s), s adapted",
    note: `Takes the scale of g out of I-MLE. Keeps state: the logarithm of the relative step. ${lawNote}`,
    reference: references.minervini2023,
    options: adaptiveOptions,
    example: "statefulExpectation(subset(logits, 3), f, adaptiveImle(), key, state)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => 1,
    init: () => ({ logStep: np.array(0) }),
    noise: perturbation,
    losses: (q, f, noise, state) => {
      const { losses, g, scores, sample } = forward(id, q, f, noise);
      sample.dispose();
      const norm = (x: np.Array): np.Array => np.sqrt(sumEvent(q, np.square(x)));
      const size = norm(onlyAllowed(q, scoresOf(q))).add(1);
      const logStep = state.logStep!;
      const relative = np.exp(logStep.ref);
      const step = overEvent(q, relative.mul(size).div(np.maximum(norm(g.ref), 1e-12)));
      const moved = g.mul(step.ref);
      const up = maximizer(q, scores.ref.add(moved.ref));
      const down = maximizer(q, scores.sub(moved));
      const difference = up.sub(down);
      const alive = np.mean(np.greater(sumEvent(q, np.abs(difference.ref)), 0).astype(np.float32));
      const next: NamedArrays = {
        logStep: np.clip(logStep.sub(alive.sub(settings.target).mul(settings.rate)), -15, 5),
      };
      const gradient = difference.div(step).mul(0.5);
      return { losses: withLogitGradient(q, losses, gradient), state: next };
    },
  });
}
