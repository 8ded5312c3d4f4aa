import { numpy as np } from "@jax-js/jax";
import { forbidden } from "../distributions/mask.ts";
import { lossesAt } from "../objective.ts";
import { type Given, type ResolvedOptions, resolveOptions } from "../options.ts";
import { checkSupport } from "../support.ts";
import type {
  Distribution,
  Estimator,
  Kind,
  LossEstimator,
  NamedArrays,
  Objective,
  OptionsTable,
  PathEstimator,
  StatefulPathEstimator,
  Traits,
} from "../types.ts";
import { drawNoise } from "./parts/noise.ts";

/** What an option may change of what is claimed. */
type Claims = Partial<Pick<Traits, "unbiased" | "exactDegree" | "law" | "formula">>;

/** What every estimator states. Absent: exact for any f if unbiased, else for constants; a hard forward value. */
interface Statement<T extends OptionsTable, K extends Kind>
  extends Omit<Traits<K>, "exactDegree" | "forward" | "needs" | "options">,
    Partial<Pick<Traits, "exactDegree" | "forward" | "needs">> {
  readonly options?: T;
  /** What is claimed with these options instead. */
  claims?(settings: ResolvedOptions<T>): Claims;
  /** Absent: the noise of one draw. Consumes the key. */
  noise?(q: Distribution, key: np.Array, settings: ResolvedOptions<T>): np.Array;
  /** Of a law of its own, the probabilities given the noise before the last draw; consumes both. Absent: not known. */
  ownLaw?(q: Distribution, noise: np.Array, settings: ResolvedOptions<T>): np.Array;
}

/** Needs, if absent: the gradient at the sample. */
export interface PathDefinition<T extends OptionsTable, K extends Kind> extends Statement<T, K> {
  /** The sample with its gradient attached. Consumes q.logits and the noise. */
  path(q: Distribution, noise: np.Array, settings: ResolvedOptions<T>): np.Array;
}

/** A path with state. Needs, if absent: the gradient at the sample. */
export interface StatefulPathDefinition<T extends OptionsTable, K extends Kind> extends Statement<T, K> {
  /** The state before the first step. */
  init(q: Distribution, settings: ResolvedOptions<T>): NamedArrays;
  /** The sample with its gradient attached, and the next state. Consumes q.logits, noise and state. */
  statefulPath(
    q: Distribution,
    noise: np.Array,
    state: NamedArrays,
    settings: ResolvedOptions<T>,
  ): { sample: np.Array; state: NamedArrays };
}

/** Needs, if absent: losses at hard samples. */
export interface LossDefinition<T extends OptionsTable, K extends Kind> extends Statement<T, K> {
  /** Evaluations of f per example; absent: one. */
  evaluations?(q: Distribution, settings: ResolvedOptions<T>): number;
  /** The state before the first step; absent: none. */
  init?(q: Distribution, settings: ResolvedOptions<T>): NamedArrays;
  /**
   * Losses whose value is f at the sample and whose gradient is the estimate. Consumes q.logits, noise and state. f has
   * been wrapped: it asks for allowed samples only, and what it returns has been checked.
   */
  losses(
    q: Distribution,
    f: Objective,
    noise: np.Array,
    state: NamedArrays,
    settings: ResolvedOptions<T>,
  ): { losses: np.Array; state: NamedArrays };
}

/**
 * A factory of estimators from what sets this one apart: its traits, its options, and `path` (a hard sample with its
 * gradient attached, for what works by the chain rule), `statefulPath` (the same with state) or `losses` (for what needs the
 * losses). The types of the options follow from their table: a wrong name or choice does not compile.
 *
 * @returns `(options?) => estimator`; it throws a RangeError for an option that is unknown or out of range.
 * @example
 * const scaled = defineEstimator({
 *   id: "scaled-straight-through",
 *   title: "Straight-through, scaled",
 *   family: "straight-through",
 *   supports: ["bernoulli"],
 *   unbiased: false,
 *   formula: "c g",
 *   note: "Straight-through with another step for the logits.",
 *   options: { c: { type: "number", default: 0.5, min: 0, max: 10, help: "factor on the gradient" } },
 *   path: (q, noise, { c }) => attach(drawHard(q, noise), q.logits.mul(c)),
 * });
 * const h = through(bernoulli(logits), scaled({ c: 0.3 }), key);
 */
export function defineEstimator<
  const T extends OptionsTable = Record<never, never>,
  const K extends Kind = Kind,
>(definition: PathDefinition<T, K>): (given?: Given<T>) => PathEstimator<K>;
export function defineEstimator<
  const T extends OptionsTable = Record<never, never>,
  const K extends Kind = Kind,
>(definition: StatefulPathDefinition<T, K>): (given?: Given<T>) => StatefulPathEstimator<K>;
export function defineEstimator<
  const T extends OptionsTable = Record<never, never>,
  const K extends Kind = Kind,
>(definition: LossDefinition<T, K>): (given?: Given<T>) => LossEstimator<K>;
// @__NO_SIDE_EFFECTS__
export function defineEstimator<const T extends OptionsTable, const K extends Kind>(
  definition: PathDefinition<T, K> | StatefulPathDefinition<T, K> | LossDefinition<T, K>,
): (given?: Given<T>) => Estimator<K> {
  return (given = {} as Given<T>) => {
    if ("path" in definition) return pathEstimator(definition, given);
    if ("statefulPath" in definition) return statefulPathEstimator(definition, given);
    return lossEstimator(definition, given);
  };
}

/** The traits, and what both kinds have in common. */
function common<T extends OptionsTable, K extends Kind>(
  definition: Statement<T, K>,
  given: Given<T>,
): {
  settings: ResolvedOptions<T>;
  traits: Omit<Traits<K>, "needs">;
  noise: Estimator["noise"];
  ownLaw: Pick<Estimator, "ownLaw">;
} {
  const { claims, noise = (q, key) => drawNoise(q, key), ownLaw, options = {} as T, ...stated } = definition;
  const settings = resolveOptions(stated.id, options, given);
  const now = { ...stated, ...claims?.(settings) };
  const exactDegree = now.exactDegree ?? (now.unbiased ? "all" : 0);
  const traits = { forward: "hard" as const, ...now, exactDegree, options };
  return {
    settings,
    traits,
    noise: (q, key) => {
      checkSupport(traits, q);
      return noise(q, key, settings);
    },
    ownLaw: ownLaw ? { ownLaw: (q, own) => ownLaw(q, own, settings) } : {},
  };
}

/** Zero where q forbids. */
function allowedOnly(q: Distribution, draw: (q: Distribution) => np.Array): np.Array {
  if (!q.masked) return draw(q);
  const off = forbidden(q);
  return np.where(off, 0, draw(q));
}

/** f at a path's sample, which is known to be allowed: f needs no other in its place. */
function lossesOf(id: string, q: Distribution, f: Objective, sample: np.Array): np.Array {
  const { masked: _, ...unmasked } = q;
  return lossesAt(id, unmasked, f, sample);
}

/** What path estimators have in common. */
const pathNeeds = ({ forward }: Pick<Traits, "forward">): Traits["needs"] =>
  forward === "soft" ? "soft gradient" : "gradient";

function pathEstimator<T extends OptionsTable, K extends Kind>(
  { path: draw, ...statement }: PathDefinition<T, K>,
  given: Given<T>,
): PathEstimator<K> {
  const { settings, traits, noise, ownLaw } = common(statement, given);
  const path = (q: Distribution, own: np.Array): np.Array =>
    allowedOnly(q, (allowed) => draw(allowed, own, settings));
  return {
    needs: pathNeeds(traits),
    ...traits,
    ...ownLaw,
    settings,
    singleSample: false,
    stateful: false,
    evaluations: () => 1,
    init: () => ({}),
    noise,
    path,
    losses: (q, f, own, state) => ({ losses: lossesOf(traits.id, q, f, path(q, own)), state }),
  };
}

function statefulPathEstimator<T extends OptionsTable, K extends Kind>(
  { init, statefulPath: draw, ...statement }: StatefulPathDefinition<T, K>,
  given: Given<T>,
): StatefulPathEstimator<K> {
  const { settings, traits, noise, ownLaw } = common(statement, given);
  const statefulPath: StatefulPathEstimator<K>["statefulPath"] = (q, own, state) => {
    let next = state;
    const sample = allowedOnly(q, (allowed) => {
      const drawn = draw(allowed, own, state, settings);
      next = drawn.state;
      return drawn.sample;
    });
    return { sample, state: next };
  };
  return {
    needs: pathNeeds(traits),
    ...traits,
    ...ownLaw,
    settings,
    singleSample: false,
    stateful: true,
    evaluations: () => 1,
    init: (q) => init(q, settings),
    noise,
    statefulPath,
    losses: (q, f, own, before) => {
      const { sample, state } = statefulPath(q, own, before);
      return { losses: lossesOf(traits.id, q, f, sample), state };
    },
  };
}

function lossEstimator<T extends OptionsTable, K extends Kind>(
  { evaluations, init, losses, ...statement }: LossDefinition<T, K>,
  given: Given<T>,
): LossEstimator<K> {
  const { settings, traits, noise, ownLaw } = common(statement, given);
  const needs = statement.needs ?? "values";
  return {
    ...traits,
    ...ownLaw,
    needs,
    settings,
    singleSample: evaluations === undefined && needs === "values",
    stateful: init !== undefined,
    evaluations: (q) => evaluations?.(q, settings) ?? 1,
    init: (q) => init?.(q, settings) ?? {},
    noise,
    losses: (q, f, own, state) =>
      losses(q, (sample) => lossesAt(traits.id, q, f, sample), own, state, settings),
  };
}
