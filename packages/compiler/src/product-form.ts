/**
 * `C = A B`, or `C += A B`: float32 matrices m x k, k x n and m x n. Element (i, j) of A lies at
 * `a + 4 (i aRow + j aColumn)`: strides count elements, addresses bytes. C's columns are adjacent.
 *
 * All that computes products has this one form: the kernels of `multiply/`, and the system's BLAS. It is called
 * by programs, and by each of their threads: `thread` of `threads` does its share. `accumulate` is 0 or 1.
 */
export type Multiply = (
  m: number,
  n: number,
  k: number,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  c: number,
  cRow: number,
  accumulate: number,
  thread: number,
  threads: number,
) => void;
