import { numpy as np } from "@jax-js/jax";

/** A loss whose gradient a compiler may get wrong, and the same one as a product with numbers. */
export interface StructuredLoss {
  readonly name: string;
  /** Of the sample `[..., ...event]`, the same over every axis of the event but the last one. */
  readonly f: (x: np.Array, eventAxes: number) => np.Array;
  /** Its weight for each place of the last axis of n places; undefined: not linear. */
  readonly weights?: (n: number) => number[];
}

const over = (eventAxes: number): number[] => Array.from({ length: eventAxes }, (_, i) => -1 - i);
const before = (x: np.Array): [][] => Array.from({ length: x.ndim - 1 }, () => []);

/** jax-js 0.1.25 has these wrong under `jit` where the gradient is seeded with a literal. */
export const structuredLosses: readonly StructuredLoss[] = [
  { name: "linear", f: (x, e) => np.mean(x, over(e)), weights: (n) => Array(n).fill(1 / n) },
  {
    name: "minus a column's",
    f: (x, e) => {
      const column = x.slice(...before(x), 0);
      return np.negative(e === 1 ? column : np.sum(column, over(e - 1)));
    },
    weights: (n) => Array.from({ length: n }, (_, i) => (i === 0 ? -1 : 0)),
  },
  {
    name: "sliced",
    f: (x, e) => np.sum(x.slice(...before(x), [1, x.shape.at(-1)!]), over(e)),
    weights: (n) => Array.from({ length: n }, (_, i) => (i >= 1 ? 1 : 0)),
  },
  {
    name: "split",
    f: (x, e) => {
      const [first, rest] = np.split(x, [1], -1) as [np.Array, np.Array];
      return np.sum(first.mul(3), over(e)).sub(np.sum(rest, over(e)));
    },
    weights: (n) => Array.from({ length: n }, (_, i) => (i === 0 ? 3 : -1)),
  },
  {
    name: "padded",
    f: (x, e) => {
      const n = x.shape.at(-1)!;
      const padded = np.pad(x, [...before(x).map((): [number, number] => [0, 0]), [2, 1]]);
      return np.sum(
        padded.slice(...Array.from({ length: padded.ndim - 1 }, (): [] => []), [0, n + 1]),
        over(e),
      );
    },
    weights: (n) => Array.from({ length: n }, (_, i) => (i < n - 1 ? 1 : 0)),
  },
  {
    name: "quadratic",
    f: (x, e) => np.square(np.sum(x.ref, over(e)).sub(0.3)).add(np.sum(np.square(x.sub(0.2)), over(e))),
  },
];
