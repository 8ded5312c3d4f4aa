import type { Distribution } from "../types.ts";
import { MISSED } from "./statistics.ts";

/**
 * Values that q takes too rarely for a sample to show what estimates do there. Most of the gradient of a saturated unit
 * may come from them: with none seen, every estimate is the same and far from the mean.
 */

/** A value expected more often than this is left as it is. */
const OFTEN = 400;
/** Logits are brought within this distance of where the choice is even: a probability of about 0.05. */
const NEAR = 3;
/** Beyond this distance a value never occurs, and may be forbidden: exp(-60) is 1e-26. */
const NEVER = 60;

/** A distance from the even choice, shortened if what lies there is rare among `samples`, or left as it is. */
function shortened(distance: number, samples: number, near: number = NEAR): number {
  const far = Math.abs(distance);
  const rare = samples * Math.exp(-far) < OFTEN && far > near && far < NEVER;
  return rare ? Math.sign(distance) * near : distance;
}

/** Logits of q under which its rare values are frequent, or undefined if none is rare among `samples`. */
export function withoutRareValues(
  q: Distribution,
  logits: readonly number[],
  samples: number,
): number[] | undefined {
  const changed = changedLogits(q, logits, samples);
  return changed.some((a, i) => a !== logits[i]) ? changed : undefined;
}

function changedLogits(q: Distribution, logits: readonly number[], samples: number): number[] {
  switch (q.kind) {
    case "bernoulli":
      if (q.probability === "hard-sigmoid") return logits.map((a) => hardShortened(a, samples));
      return logits.map((a) => shortened(a, samples));
    case "binomial":
      return logits.map((a) => shortened(a, samples * q.total));
    case "poisson":
      return logits.map((a) => (a < 0 ? shortened(a, samples) : a));
    case "categorical": {
      const categories = q.eventShape.at(-1)!;
      return logits.map((a, i) => {
        const start = i - (i % categories);
        const top = Math.max(...logits.slice(start, start + categories));
        return top + shortened(a - top, samples);
      });
    }
    default: {
      const sorted = [...logits].sort((a, b) => b - a);
      const even = (sorted[q.total - 1]! + (sorted[q.total] ?? sorted[q.total - 1]!)) / 2;
      return logits.map((a) => even + shortened(a - even, samples));
    }
  }
}

/** Units of `clip((a + 1) / 2, 0, 1)`: those outside [-1, 1] are constants and stay so. */
function hardShortened(a: number, samples: number): number {
  const p = (1 - Math.abs(a)) / 2;
  return p > 0 && p < 0.05 && samples * p < OFTEN ? Math.sign(a) * 0.9 : a;
}

/**
 * What states that n samples hardly meet add to the mean of `|f - E f|`: with M the size that n samples meet about twenty
 * times, the least over m of `MISSED (m - M) / n + E[(|f - E f| - m)+]`.
 */
export function heavyTailOf(
  probabilities: Float64Array,
  values: Float64Array,
  mean: number,
): (samples: number) => number {
  const order = Uint32Array.from(values.keys()).sort(
    (s, t) => Math.abs(values[t]! - mean) - Math.abs(values[s]! - mean),
  );
  return (samples) => {
    let mass = 0;
    let moment = 0;
    let least = Number.POSITIVE_INFINITY;
    const sizes: number[] = [];
    // From the largest down: (m, E[(size - m)+]) at every size, until it is met often enough.
    const excess: number[] = [];
    for (const s of order) {
      const size = Math.abs(values[s]! - mean);
      sizes.push(size);
      excess.push(moment - mass * size);
      if (mass * samples >= 20) break;
      mass += probabilities[s]!;
      moment += probabilities[s]! * size;
    }
    const met = sizes.at(-1) ?? 0;
    for (const [i, size] of sizes.entries())
      least = Math.min(least, (MISSED * (size - met)) / samples + excess[i]!);
    return Number.isFinite(least) ? Math.max(0, least) : 0;
  };
}
