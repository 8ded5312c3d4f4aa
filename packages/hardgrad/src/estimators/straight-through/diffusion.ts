import { nn, numpy as np } from "@jax-js/jax";

/** Gaussian noise that is turned into a categorical variable by its exact denoiser, in a few steps. */

/** How much of the signal and of the noise there is at a time. */
interface Time {
  readonly alpha: number;
  readonly sigma: number;
}

/** Where it begins, and what x at a time adds to the logits. Owns its arrays. */
export interface Started {
  readonly logits: np.Array;
  readonly x: np.Array;
  /** Consumes x. */
  pull(x: np.Array, time: Time): np.Array;
  end(): void;
}

/** Consumes logits and noise. */
export type Diffusion = (logits: np.Array, noise: np.Array) => Started;

/** Noise of variance 1: `alpha x / sigma^2`. */
export const unitNoise: Diffusion = (logits, noise) => ({
  logits,
  x: noise,
  pull: (x, { alpha, sigma }) => x.mul(alpha / sigma ** 2),
  end: () => logits.dispose(),
});

/** Noise with the mean and the variance of the categories; a variance is 0.1 at least. */
export const spreadNoise: Diffusion = (logits, noise) => {
  const pi = nn.softmax(logits.ref, -1);
  const variance = np.maximum(pi.ref.mul(np.negative(pi.ref).add(1)), 0.1);
  return {
    logits,
    x: pi.ref.add(np.sqrt(variance.ref).mul(noise)),
    pull: (x, { alpha, sigma }) =>
      x
        .mul(alpha)
        .sub(pi.ref.mul(alpha * sigma))
        .sub(alpha ** 2 / 2)
        .div(variance.ref.mul(sigma ** 2)),
    end: () => {
      for (const array of [logits, pi, variance]) array.dispose();
    },
  };
};

/** From the last time, 1, to the first, which is nearly all noise. */
function timesOf(steps: number, start: number): Time[] {
  const last = 1 - start;
  return Array.from({ length: steps - 1 }, (_, i) => {
    const alpha = steps === 2 ? last : last + ((1e-4 - last) * i) / (steps - 2);
    return { alpha, sigma: 1 - alpha };
  });
}

/** What is added to the logits at the last time, with the gradient through all steps before it. Consumes the start. */
export function denoised(
  { logits, x, pull, end }: Started,
  { steps, start }: { readonly steps: number; readonly start: number },
): np.Array {
  const times = timesOf(steps, start);
  let at = x;
  for (let i = times.length - 1; i > 0; i--) {
    const [now, next] = [times[i]!, times[i - 1]!];
    const p = nn.softmax(logits.ref.add(pull(at.ref, now)), -1);
    const noise = at.sub(p.ref.mul(now.alpha)).mul(next.sigma / now.sigma);
    at = p.mul(next.alpha).add(noise);
  }
  const added = pull(at, times[0]!);
  end();
  return added;
}
