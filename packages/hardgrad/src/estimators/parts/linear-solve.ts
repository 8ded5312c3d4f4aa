import { numpy as np } from "@jax-js/jax";

/**
 * Solves `A X = B` for `A [..., n, n]` (diagonally dominant or positive definite: no pivoting) and `B [..., n, m]`, by
 * Gauss-Jordan elimination, n unrolled steps. Consumes both. (np.linalg.solve can't be jitted in jax-js 0.1.25.)
 */
export function solve(a: np.Array, b: np.Array): np.Array {
  const n = a.shape.at(-1)!;
  let table = np.concatenate([a, b], -1);
  const width = table.shape.at(-1)!;
  for (let k = 0; k < n; k++) {
    const inRow = np.array(Array.from({ length: n }, (_, i) => (i === k ? 1 : 0))).reshape([n, 1]);
    const inColumn = np.array(Array.from({ length: width }, (_, i) => (i === k ? 1 : 0)));
    const row = np.sum(table.ref.mul(inRow.ref), -2, { keepdims: true });
    const pivot = np.sum(row.ref.mul(inColumn.ref), -1, { keepdims: true });
    const scaled = row.div(pivot);
    const column = np.sum(table.ref.mul(inColumn), -1, { keepdims: true }).sub(inRow);
    table = table.sub(column.mul(scaled));
  }
  const [left, right] = np.split(table, [n], -1) as [np.Array, np.Array];
  left.dispose();
  return right;
}

/** `M v` over the last axes. Consumes both. */
export function matrixVector(m: np.Array, v: np.Array): np.Array {
  return np.sum(m.mul(v.reshape([...v.shape.slice(0, -1), 1, v.shape.at(-1)!])), -1);
}
