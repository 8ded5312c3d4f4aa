import { numpy as np, random } from "@jax-js/jax";
import {
  bernoulli,
  type Distribution,
  type Estimator,
  followRate,
  limitCapacity,
  type NamedArrays,
  type Objective,
  oneHotOf,
  plackettLuce,
  rateDivergence,
  startRateControl,
  statefulExpectation,
} from "hardgrad";
import type { StepInputs } from "../../contract/experiment.ts";
import { crossEntropy, dense, splitKey } from "../../nn/layers.ts";
import { greyValues } from "../../nn/normalize.ts";
import { trainedOnly } from "./averages.ts";
import { kindOf } from "./gate-kinds.ts";
import { capacityOf, expertUnits, gateLogits, routedScores, scoresOf } from "./network.ts";
import { openOf } from "./open.ts";
import type { GatedSettings } from "./options.ts";
import { routerOf } from "./routers.ts";
import { sizesOf } from "./sizes.ts";

/** The estimator's state and that of the rate control, in one: the latter is named `control.strength`, `control.rate`. */
const CONTROL = "control.";

export function initialState(estimator: Estimator, settings: GatedSettings): NamedArrays {
  const sizes = sizesOf(settings);
  if (!sizes.gated) return {};
  const router = routerOf(settings);
  if (router) return router.start(settings);
  const logits = np.zeros([1, sizes.gates]);
  const own = estimator.init(distributionOf(logits.ref, settings));
  logits.dispose();
  const control = startRateControl(settings.strength, { rate: settings.rate });
  return { ...own, ...renamed(control, (name) => CONTROL + name) };
}

function distributionOf(logits: np.Array, settings: GatedSettings): Distribution {
  return settings.gate === "top" ? plackettLuce(logits, openOf(settings)) : bernoulli(logits);
}

/** Cross-entropy and the penalty, one loss per example, and the next state. Consumes everything. */
export function losses(
  all: NamedArrays,
  { images, labels, key: given }: StepInputs,
  estimator: Estimator,
  state: NamedArrays,
  settings: GatedSettings,
): { losses: np.Array; state: NamedArrays } {
  const sizes = sizesOf(settings);
  const params = trainedOnly(all);
  const wanted = oneHotOf(labels.astype(np.int32), params.outputBias!.shape[0]!);
  const { x, key } = visiblePixels(greyValues(images), given, settings);
  if (!sizes.gated) {
    key.dispose();
    const e = expertUnits(params, x, sizes);
    return { losses: crossEntropy(dense(e, params.output!, params.outputBias!), wanted), state };
  }
  params.threshold!.dispose();
  params.routerBias?.dispose();
  const logits = gateLogits(params, x.ref);
  const capacity = capacityOf(settings, x.shape[0]!);
  const router = routerOf(settings);
  if (router) {
    const { gates, penalty, state: next } = router.train(logits, key, state, settings);
    const scores = scoresWithin(params, gates, x, settings, capacity);
    return { losses: crossEntropy(scores, wanted).add(penalty), state: next };
  }
  const e = capacity === undefined ? expertUnits(params, x.ref, sizes) : undefined;
  const own = Object.fromEntries(Object.entries(state).filter(([name]) => !name.startsWith(CONTROL)));
  const control: NamedArrays = { strength: state["control.strength"]!, rate: state["control.rate"]! };
  const kind = kindOf(settings.gate);
  const sumOfGates = settings.penalty === "l1";
  // By reference, because some estimators evaluate f more than once.
  const f: Objective = (h) => {
    const gates = sumOfGates ? np.sum(h.ref, -1).mul(control.strength!.ref) : undefined;
    const scores = e ? scoresOf(params, h, e.ref, sizes) : routedScores(params, h, x.ref, sizes, capacity!);
    const loss = crossEntropy(scores, wanted.ref);
    return gates ? loss.add(gates) : loss;
  };
  const p = kind.open(logits.ref);
  const result = statefulExpectation(distributionOf(logits.ref, settings), f, estimator, key, own);
  const penalty = penaltyOf(p.ref, kind.logOdds?.(logits.ref), settings);
  logits.dispose();
  const total = penalty ? result.losses.add(penalty.mul(control.strength!.ref)) : result.losses;
  const next = controlled(control, np.mean(p), settings);
  return { losses: total, state: { ...result.state, ...renamed(next, (name) => CONTROL + name) } };
}

/** Pixels of which each is 0 with the probability of `--input-dropout`, and the key that is left. Consumes both. */
export function visiblePixels(
  x: np.Array,
  key: np.Array,
  { inputDropout }: GatedSettings,
): { x: np.Array; key: np.Array } {
  if (inputDropout === 0) return { x, key };
  const [forPixels, rest] = splitKey(key, 2) as [np.Array, np.Array];
  const kept = np.less(random.uniform(forPixels, x.shape), 1 - inputDropout).astype(np.float32);
  // Scaled, so that the mean stays.
  return { x: x.mul(kept).div(1 - inputDropout), key: rest };
}

/** Class scores of a router's gates; with a capacity, of those that find room. Consumes gates and pixels. */
function scoresWithin(
  params: NamedArrays,
  gates: np.Array,
  x: np.Array,
  settings: GatedSettings,
  capacity: number | undefined,
): np.Array {
  const sizes = sizesOf(settings);
  if (capacity === undefined) return scoresOf(params, gates, expertUnits(params, x, sizes), sizes);
  const { gates: open, dropped, unserved } = limitCapacity(gates, { capacity });
  dropped.dispose();
  unserved.dispose();
  return routedScores(params, open, x, sizes, capacity);
}

/** Consumes the probabilities and their log-odds. */
function penaltyOf(
  p: np.Array,
  logOdds: np.Array | undefined,
  settings: GatedSettings,
): np.Array | undefined {
  const rate = settings.rate;
  if (settings.penalty === "kl") {
    if (logOdds) p.dispose();
    return rateDivergence(logOdds ? bernoulli(logOdds) : p, rate);
  }
  logOdds?.dispose();
  p.dispose();
  return undefined;
}

/** Consumes the state and the measured rate. */
function controlled(state: NamedArrays, measured: np.Array, settings: GatedSettings): NamedArrays {
  const factor = settings.control;
  if (factor === 1 || settings.penalty === "none") {
    measured.dispose();
    return state;
  }
  const rate = settings.rate;
  return followRate(state, measured, {
    rate,
    // Where gates are probabilities, a threshold sets their rate in use; that of rectifiers is what training makes it.
    band: rate / (settings.penalty === "l1" ? 20 : 10),
    factor,
    low: settings.strengthLow,
    high: settings.strengthHigh,
  });
}

function renamed(state: NamedArrays, rename: (name: string) => string): NamedArrays {
  return Object.fromEntries(Object.entries(state).map(([name, array]) => [rename(name), array]));
}
