import { numpy as np } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";

/**
 * From gates of blocks to gates of units: gate j opens the units `j block ... (j + 1) block - 1`. Blocks of 8, 16 or 32
 * units are what fast kernels skip. Gradients of a block's units are summed into its gate. Consumes the gates.
 *
 * @param gates `[..., gates]`.
 * @param block units per gate, 1 or more; 1 gives the gates back.
 * @returns `[..., gates * block]`.
 * @throws RangeError for a block that is no whole number from 1.
 * @example
 * const gates = sample(bernoulli(np.zeros([4, 2])), key);
 * const y = expandGates(gates, 3).mul(np.matmul(x, weights)); // weights [inputs, 3 * gates]
 */
export function expandGates(gates: np.Array, block: number): np.Array {
  wholeNumber("expandGates", "block", block, 1, 2 ** 20);
  if (block === 1) return gates;
  const shape = gates.shape;
  const spread = np.broadcastTo(gates.reshape([...shape, 1]), [...shape, block]);
  return spread.reshape([...shape.slice(0, -1), shape.at(-1)! * block]);
}
