import { lax, numpy as np, random } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { logit } from "../../distributions/noise.ts";
import { sigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

/** Gates that are exactly 0 or 1 with positive probability and continuous in between, from logits `bernoulli(a)`. */
const shared = {
  family: "relaxation",
  supports: ["bernoulli"],
  unbiased: false,
  exactDegree: 0,
  forward: "soft",
  needs: "soft gradient",
} as const;

const hardConcreteOptions: OptionsTable = {
  temperature: temperatureOption("beta of the binary Concrete variable", 2 / 3, 0.01),
  low: { type: "number", default: -0.1, min: -10, max: -0.001, help: "lower end of the stretched interval" },
  high: { type: "number", default: 1.1, min: 1.001, max: 10, help: "upper end of the stretched interval" },
};

interface HardConcreteOptions {
  temperature?: number | np.Array;
  low?: number;
  high?: number;
}

/**
 * Hard-concrete gate: `s = sigmoid((a - logit u) / beta)`, stretched to (low, high) and clipped to [0, 1]. Units draw their
 * own noise. No gradient where it is clipped.
 *
 * @param given.temperature beta, 0.01 to 100 (default 2/3), or a scalar array.
 * @param given.low lower end, below 0 (default -0.1); `given.high` upper end, above 1 (default 1.1).
 * Reference: Louizos, Welling & Kingma 2018. Penalty: `hardConcreteOpen`; test time: `hardConcreteGate`.
 * @example
 * const gate = through(bernoulli(logits), hardConcrete(), key);
 */
export function hardConcrete(given: HardConcreteOptions = {}): Estimator {
  const settings = resolveOptions<{ temperature: number | np.Array; low: number; high: number }>(
    "hard-concrete",
    hardConcreteOptions,
    given as never,
  );
  const { low, high } = settings;
  const traits: Traits = {
    ...shared,
    id: "hard-concrete",
    title: "Hard-concrete gate",
    formula: "g dz/da, z = clip(low + (high - low) sigmoid((a - logit u)/beta), 0, 1)",
    note: "For L0 penalties: exact zeros in training. Dead where clipped; the penalty keeps such gates moving.",
    reference: references.louizos2018,
    options: hardConcreteOptions,
    example: "through(bernoulli(logits), hardConcrete(), key)",
  };
  return pathEstimator(traits, settings, (q, u) => {
    const s = sigmoid(q.logits.sub(logit(u)).div(reuse(settings.temperature)));
    return np.clip(s.mul(high - low).add(low), 0, 1);
  });
}

/**
 * Probability that a hard-concrete gate is not zero, `sigmoid(a - beta log(-low / high))`: sum it for the L0 penalty.
 * Consumes the logits.
 * @example
 * const penalty = np.sum(hardConcreteOpen(logits));
 */
export function hardConcreteOpen(logits: np.Array, options: HardConcreteOptions = {}): np.Array {
  const { temperature, low, high } = resolveOptions<Required<HardConcreteOptions>>(
    "hardConcreteOpen",
    hardConcreteOptions,
    options as never,
  );
  const ratio = Math.log(-low / high);
  return sigmoid(
    logits.sub(typeof temperature === "number" ? temperature * ratio : temperature.ref.mul(ratio)),
  );
}

/**
 * The gate at test time, `clip(low + (high - low) sigmoid(a), 0, 1)`, without noise. Consumes the logits.
 *
 * @example
 * const gate = hardConcreteGate(logits); // 0 to 1, at test time
 */
export function hardConcreteGate(logits: np.Array, options: { low?: number; high?: number } = {}): np.Array {
  const { low, high } = resolveOptions<{ low: number; high: number }>(
    "hardConcreteGate",
    { low: hardConcreteOptions.low!, high: hardConcreteOptions.high! },
    options,
  );
  return np.clip(
    sigmoid(logits)
      .mul(high - low)
      .add(low),
    0,
    1,
  );
}

const gaussianOptions: OptionsTable = {
  deviation: { type: "number", default: 0.5, min: 0.001, max: 100, help: "standard deviation of the noise" },
};

/**
 * Gaussian-relaxed gate (stochastic gate): `z = clip(a + sigma e, 0, 1)`, e normal. The logit is the centre of the gate.
 *
 * @param given.deviation sigma, 0.001 to 100 (default 0.5).
 * Reference: Yamada, Lindenbaum, Negahban & Kluger 2020. Penalty: `gaussianGateOpen`.
 * @example
 * const gate = through(bernoulli(centres), gaussianGate(), key);
 */
export function gaussianGate(given: { deviation?: number } = {}): Estimator {
  const settings = resolveOptions<{ deviation: number }>("gaussian-gate", gaussianOptions, given);
  const traits: Traits = {
    ...shared,
    id: "gaussian-gate",
    title: "Gaussian-relaxed gate",
    formula: "g 1[0 < z < 1] at z = clip(a + sigma e, 0, 1)",
    note: "The logit is the gate's centre, not a log-odds. Dead far outside [0, 1].",
    reference: references.yamada2020,
    options: gaussianOptions,
    example: "through(bernoulli(centres), gaussianGate(), key)",
  };
  return pathEstimator(
    traits,
    settings,
    (q, e) => np.clip(q.logits.add(e), 0, 1),
    (q, key) => random.normal(key, [...q.logits.shape]).mul(settings.deviation),
  );
}

/**
 * Probability that a Gaussian-relaxed gate is not zero, `Phi(a / sigma)`. Consumes the logits.
 *
 * @example
 * const penalty = np.sum(gaussianGateOpen(centres));
 */
export function gaussianGateOpen(logits: np.Array, options: { deviation?: number } = {}): np.Array {
  const { deviation } = resolveOptions<{ deviation: number }>("gaussianGateOpen", gaussianOptions, options);
  return lax
    .erf(logits.div(deviation * Math.SQRT2))
    .add(1)
    .mul(0.5);
}
