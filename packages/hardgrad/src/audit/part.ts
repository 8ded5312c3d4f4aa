import { numpy as np } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";
import { keep } from "../distributions/index.ts";
import { sample } from "../expectation.ts";
import { detach } from "../surrogate.ts";
import type { Distribution, Objective } from "../types.ts";
import { repeated } from "./exact-gradient.ts";

/** A part of a problem: a few units, and the loss with the others held at samples. */
export interface Part {
  /** The free units of one example. */
  readonly distribution: Distribution;
  /** The loss of the free units, averaged over the held samples of the others. */
  readonly objective: Objective;
}

const kinds = ["bernoulli", "categorical", "poisson", "binomial"];

/**
 * Holds all but a few units of a layer at samples, so that what is left can be enumerated: an audit of 8 units of 32, where
 * all would have 2^32 states. The loss of the free units z is `1/K sum_k f(z, h_k)`, with K samples h_k of the held ones.
 *
 * The exact gradient of the part is an unbiased estimate, over the held samples, of the free units' rows of the whole
 * gradient. What an audit of the part finds of bias is bias on this averaged loss, in these units only. What it finds of
 * variance leaves out the noise that the held units add.
 *
 * @param q one example of independent units: Bernoulli, categorical, Poisson or binomial. Its logits are kept.
 * @param f the objective of the whole layer, as for `expectation`; it is called with K samples on a new leading axis.
 * @param units numbers of the units (of the variables, if categorical) that stay free.
 * @param key draws the held samples, consumed.
 * @param options options; `held`: K, from 1 to 4096 (default 8).
 * @throws RangeError for other distributions, more than one example, and units that are not there.
 * @example
 * const q = bernoulli(np.array([0.4, -1, 0.3, 0.2, -0.6]));
 * const { distribution, objective } = holdUnits(q, f, [0, 1], random.key(0));
 * const report = await audit(distribution, objective, [reinmax(), rloo()], { samples: 1000 });
 */
export function holdUnits(
  q: Distribution,
  f: Objective,
  units: readonly number[],
  key: np.Array,
  options: { readonly held?: number } = {},
): Part {
  const { held = 8 } = options;
  wholeNumber("holdUnits", "held", held, 1, 4096);
  const axes = q.kind === "categorical" ? 2 : 1;
  const event = q.kind === "categorical" && q.eventShape.length === 1 ? [1, ...q.eventShape] : q.eventShape;
  const [count, ...inner] = event as [number, ...number[]];
  check(q, units, count);
  const width = inner[0] ?? 1;
  // One row for each number of a free unit, with a one where that number stands in the whole event.
  const choice = units.flatMap((unit) =>
    Array.from({ length: width }, (_, w) =>
      Array.from({ length: count * width }, (_, j) => (j === unit * width + w ? 1 : 0)),
    ),
  );
  const rest = Array.from({ length: count }, (_, j) => (units.includes(j) ? 0 : 1));
  const drawn = sample(repeated(keep(q), held), key).reshape([held, count, ...inner]);
  const others = detach(drawn.mul(np.array(rest).reshape([count, ...inner.map(() => 1)])));
  const flat = q.logits.ref.reshape([count * width, 1]);
  const logits = np.matmul(np.array(choice), flat).reshape([units.length, ...inner]);
  const distribution: Distribution = { ...q, logits, batchShape: [], eventShape: [units.length, ...inner] };
  const objective: Objective = (z) => {
    const lead = z.shape.slice(0, z.ndim - axes);
    const rows = z.reshape([lead.reduce((a, b) => a * b, 1), units.length * width]);
    const placed = np.matmul(rows, np.array(choice)).reshape([1, ...lead, ...event]);
    const whole = placed.add(others.ref.reshape([held, ...lead.map(() => 1), ...event]));
    return np.mean(f(whole.reshape([held, ...lead, ...q.eventShape])), 0);
  };
  return { distribution, objective };
}

function check(q: Distribution, units: readonly number[], count: number): void {
  if (!kinds.includes(q.kind))
    throw new RangeError(
      `holdUnits: the units of a ${q.kind} depend on one another, so none can be held; it takes ${kinds.join(", ")}.`,
    );
  if (q.masked)
    throw new RangeError("holdUnits: a distribution with a mask can't be divided; leave the mask out.");
  if (q.batchShape.some((n) => n !== 1))
    throw new RangeError(
      `holdUnits: the distribution has a batch of shape [${q.batchShape}]; take one example at a time.`,
    );
  if (units.length === 0) throw new RangeError("holdUnits: name at least one unit that stays free.");
  for (const unit of units) wholeNumber("holdUnits", "a unit", unit, 0, count - 1);
  if (new Set(units).size < units.length)
    throw new RangeError(`holdUnits: a unit is named twice in ${units.join(", ")}; name each once.`);
}
