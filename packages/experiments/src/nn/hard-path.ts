import { numpy as np, random } from "@jax-js/jax";
import { bernoulli, type Estimator } from "hardgrad";

/** Whether it has a gradient for a 0 or 1 that is decided, not drawn: a hard path, with one number of noise for each. */
export function hardPath(estimator: Estimator): boolean {
  if (!estimator.path || estimator.forward !== "hard" || !estimator.supports.includes("bernoulli"))
    return false;
  const q = bernoulli(np.zeros([1, 2]));
  const noise = estimator.noise(q, random.key(0));
  const one = noise.shape.join() === q.logits.shape.join();
  noise.dispose();
  q.logits.dispose();
  return one;
}
