import { numpy as np } from "@jax-js/jax";

/** Row i of the first axis, without that axis. Consumes x. */
export function row(x: np.Array, i: number): np.Array {
  return rows(x, [i])[0]!;
}

/** Some rows of the first axis, each without that axis. Consumes x. */
export function rows(x: np.Array, wanted: readonly number[]): np.Array[] {
  const all = x.shape[0] === 1 ? [x] : np.split(x, x.shape[0]!, 0);
  for (const [i, piece] of all.entries()) if (!wanted.includes(i)) piece.dispose();
  return wanted.map((i) => np.squeeze(all[i]!, 0));
}
