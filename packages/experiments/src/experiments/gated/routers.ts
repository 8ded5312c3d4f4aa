import { numpy as np } from "@jax-js/jax";
import {
  balanceLoss,
  expertChoiceRouter,
  followLoad,
  followRate,
  lossFreeRouter,
  type NamedArrays,
  openShare,
  type RateControl,
  reluRouter,
  reluRouterControl,
  reluRouterPenalty,
  routerZLoss,
  sparseMixerInUse,
  sparseMixerRouter,
  startRateControl,
  startRouterBias,
  type TopKOptions,
  topKRouter,
} from "hardgrad";
import { openOf } from "./open.ts";
import type { GatedSettings } from "./options.ts";
import { sizesOf } from "./sizes.ts";

/** What a step gets from a router: gates, what they add to the mean loss, and the next state. */
interface RouterStep {
  readonly gates: np.Array;
  readonly penalty: np.Array;
  readonly state: NamedArrays;
}

/** Routers of mixture-of-experts models, which train the gater through their own gates, without an estimator. */
interface Router {
  /** The state before the first step. */
  start(settings: GatedSettings): NamedArrays;
  /** Consumes logits, key and state. */
  train(logits: np.Array, key: np.Array, state: NamedArrays, settings: GatedSettings): RouterStep;
  /** Gates for each image by itself. Consumes the logits, not the parameters. */
  use(logits: np.Array, params: NamedArrays, settings: GatedSettings): np.Array;
  /** What `use` computes from logits a, for a run's README. */
  says(settings: GatedSettings): string;
}

/** Weights of the chosen experts sum to 1, as in Mixtral, where there are 2 or more; one expert has its probability. */
const topOf = (settings: GatedSettings): TopKOptions => {
  const k = openOf(settings);
  return { k, normalize: k > 1 };
};

const ofOne = (settings: GatedSettings): string => (openOf(settings) > 1 ? "" : " (with the sum over all)");

/** ReMoE's rule with the factor and the limits of a run. Its own, 1.2 in each step, closes all gates under plain descent. */
const control = (settings: GatedSettings): RateControl => ({
  ...reluRouterControl(sizesOf(settings).gates, openOf(settings)),
  factor: settings.control,
  low: settings.strengthLow,
  high: settings.strengthHigh,
});
const zLoss = (logits: np.Array, settings: GatedSettings): np.Array =>
  routerZLoss(logits).mul(settings.zLoss);
const balanced = (logits: np.Array, gates: np.Array, settings: GatedSettings): np.Array =>
  balanceLoss(logits.ref, gates, { k: openOf(settings) })
    .mul(settings.balance)
    .add(zLoss(logits, settings));
const none = (): NamedArrays => ({});

const routers: { readonly [R in Exclude<GatedSettings["router"], "none">]: Router } = {
  "top-k": {
    start: none,
    train: (logits, key, state, settings) => {
      key.dispose();
      const gates = topKRouter(logits.ref, topOf(settings));
      return { gates, penalty: balanced(logits, gates.ref, settings), state };
    },
    use: (logits, _params, settings) => topKRouter(logits, topOf(settings)),
    says: (settings) =>
      `gates are \`softmax(a)\` over the ${openOf(settings)} largest a${ofOne(settings)}, else 0`,
  },
  "expert-choice": {
    start: none,
    train: (logits, key, state, settings) => {
      key.dispose();
      const capacity = Math.max(1, Math.round(settings.rate * logits.shape[0]!));
      const gates = expertChoiceRouter(logits.ref, { capacity });
      return { gates, penalty: zLoss(logits, settings), state };
    },
    // An image has no others to be compared with: a threshold for each expert, from validation images.
    use: (logits, params) => {
      const p = topKRouter(logits, { k: logits.shape[1]! });
      return np.where(np.lessEqual(p.ref, params.threshold!.ref), 0, p);
    },
    says: () => "gates are `p = softmax(a)` where `p > threshold`, one for each expert, else 0",
  },
  "loss-free": {
    start: (settings) => startRouterBias(sizesOf(settings).gates),
    train: (logits, key, { bias }, settings) => {
      key.dispose();
      const gates = lossFreeRouter(logits.ref, { bias: bias!.ref }, topOf(settings));
      const state = followLoad({ bias: bias! }, gates.ref, { rate: settings.biasRate });
      return { gates, penalty: zLoss(logits, settings), state };
    },
    use: (logits, params, settings) =>
      lossFreeRouter(logits, { bias: params.routerBias!.ref }, topOf(settings)),
    says: (settings) =>
      `gates are \`softmax(a)\` over the ${openOf(settings)} largest \`softmax(a) + routerBias\`${ofOne(settings)}, else 0`,
  },
  "sparse-mixer": {
    start: none,
    train: (logits, key, state, settings) => {
      const gates = sparseMixerRouter(logits.ref, key, { k: openOf(settings) });
      return { gates, penalty: balanced(logits, gates.ref, settings), state };
    },
    use: (logits, _params, settings) => sparseMixerInUse(logits, { k: openOf(settings) }),
    says: (settings) => `gates are \`sparseMixerInUse(a, { k: ${openOf(settings)} })\` of hardgrad`,
  },
  relu: {
    start: (settings) => {
      const { strength, rate } = startRateControl(settings.strength, control(settings));
      return { "control.strength": strength!, "control.rate": rate! };
    },
    train: (logits, key, state, settings) => {
      key.dispose();
      const [strength, rate] = [state["control.strength"]!, state["control.rate"]!];
      const gates = reluRouter(logits);
      const penalty = reluRouterPenalty(gates.ref, { k: openOf(settings) }).mul(strength.ref);
      const next = followRate({ strength, rate }, openShare(gates.ref), control(settings));
      const own = { "control.strength": next.strength!, "control.rate": next.rate! };
      return { gates, penalty, state: own };
    },
    use: (logits) => reluRouter(logits),
    says: () => "gates are `max(0, a)`",
  },
};

/** The router of a run, or undefined where an estimator trains the gater. */
export function routerOf({ router }: Pick<GatedSettings, "router">): Router | undefined {
  return router === "none" ? undefined : routers[router];
}

/** Most experts that `sparse-mixer` draws one after the other. */
const MOST_DRAWN = 16;
/** Most experts that are compared pair by pair. */
const MOST_EXPERTS = 256;

/** Why these settings have no such router, or undefined. */
export function unfitRouter(settings: GatedSettings, estimator: string): string | undefined {
  const { router, gate, rate } = settings;
  const { gated, gates } = sizesOf(settings);
  const flag = `--router ${router}`;
  if (!gated) return `${flag} needs gates, and --network dense has none; use --network fast.`;
  if (gate !== "binary") return `${flag} has gates of its own; leave out --gate ${gate}.`;
  if (estimator !== STAND_IN)
    return `${flag} trains the gater through its own gates, without ${estimator}; leave --estimator out.`;
  if (gates < 2) return `${flag} needs 2 experts or more, not ${gates}; use a smaller --block.`;
  if (router !== "relu" && gates > MOST_EXPERTS)
    return `${flag} compares all experts, and there are ${gates}; use --network fast, or --block so that there are ${MOST_EXPERTS} or fewer.`;
  if (router === "sparse-mixer" && openOf(settings) > MOST_DRAWN)
    return `${flag} draws one expert after the other, and --rate ${rate} of ${gates} are ${openOf(settings)}; use --rate or --block so that there are ${MOST_DRAWN} or fewer.`;
  return undefined;
}

/** What a run with a router names as its estimator: it computes nothing. */
export const STAND_IN = "straight-through";
