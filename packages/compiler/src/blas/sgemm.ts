import type { ProductCall } from "../matmul-products.ts";

/**
 * `C = A B + beta C`, row by row, by `cblas_sgemm`: transposes (111 or 112), m, n, k, A and its leading dimension, B and
 * its, beta (0 or 1), C and its. Addresses are bytes of the program's memory.
 */
export type Sgemm = (
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  beta: number,
  c: number,
  ldc: number,
) => void;

const AS_IT_IS = 111;
const TRANSPOSED = 112;
/** Rows or columns that stay together when a product is parted: whole tiles of a BLAS. */
const TOGETHER = 16;

/** The arguments of `sgemm`; undefined for what it can't compute: matrices with both strides other than 1, or empty. */
export function sgemmOf(product: ProductCall): readonly number[] | undefined {
  const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate] = product as Twelve;
  const lda = leading(m, k, aRow, aColumn);
  const ldb = leading(k, n, bRow, bColumn);
  const ldc = m === 1 ? n : cRow;
  if (m * n * k === 0 || lda === 0 || ldb === 0 || ldc < n) return undefined;
  const transposes = [lda, ldb].map((distance) => (distance > 0 ? AS_IT_IS : TRANSPOSED));
  return [...transposes, m, n, k, a, Math.abs(lda), b, Math.abs(ldb), accumulate, c, ldc];
}

/** A product by its rows or its columns, whichever are more: for each thread none or one. */
export function sharesOf(product: ProductCall, threads: number): readonly (readonly ProductCall[])[] {
  const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate] = product as Twelve;
  const long = Math.max(m, n);
  const units = Math.ceil(long / TOGETHER);
  const edge = (thread: number): number => Math.min(long, TOGETHER * Math.floor((units * thread) / threads));
  return Array.from({ length: threads }, (_, thread) => {
    const [from, to] = [edge(thread), edge(thread + 1)];
    if (from === to) return [];
    return n >= m
      ? [
          [
            m,
            to - from,
            k,
            a,
            aRow,
            aColumn,
            b + 4 * from * bColumn,
            bRow,
            bColumn,
            c + 4 * from,
            cRow,
            accumulate,
          ],
        ]
      : [
          [
            to - from,
            n,
            k,
            a + 4 * from * aRow,
            aRow,
            aColumn,
            b,
            bRow,
            bColumn,
            c + 4 * from * cRow,
            cRow,
            accumulate,
          ],
        ];
  });
}

type Twelve = readonly [
  ...[number, number, number, number, number, number],
  ...[number, number, number, number, number, number],
];

/**
 * The leading dimension by which a BLAS finds the elements of a matrix: the distance of its rows, or, negative, that of
 * its columns; 0 if it has to be read in another way. The stride of an axis of size 1 doesn't matter.
 */
function leading(rows: number, columns: number, rowStride: number, columnStride: number): number {
  if (columnStride === 1 || columns === 1) {
    const distance = rows === 1 ? columns : rowStride;
    if (distance >= columns) return distance;
  }
  if (rowStride === 1 || rows === 1) {
    const distance = columns === 1 ? rows : columnStride;
    if (distance >= rows) return -distance;
  }
  return 0;
}
