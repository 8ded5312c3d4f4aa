import type { Multiply } from "../product.ts";

/** `cblas_sgemm`, with addresses as numbers. */
export type Sgemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  beta: number,
  c: number,
  ldc: number,
) => void;

const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

/**
 * Products with fewer multiplications than this are computed by one thread. At 100 GFLOP/s it takes 40 us for so many;
 * to hand a part to another thread and wait for it takes 8.
 */
export const WORTH_THREADS = 2_000_000;

/**
 * A Multiply by a BLAS on the memory of a WebAssembly program. The first of a program's threads computes all of it,
 * with the BLAS's own threads.
 *
 * @param addressOf where an array lies in the process's memory.
 * @param setThreads sets the BLAS's number of threads.
 * @param fallback computes what a BLAS can't: matrices with both strides other than 1, or with rows that overlap.
 */
export function multiplyBy(
  sgemm: Sgemm,
  addressOf: (array: ArrayBufferView) => number,
  setThreads: (several: boolean) => void,
  memory: WebAssembly.Memory,
  fallback: Multiply,
): Multiply {
  let buffer: ArrayBufferLike | undefined;
  let base = 0;
  let bytes = 0;
  return (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, thread, threads) => {
    if (m === 0 || n === 0) return;
    if (k === 0) return thread === 0 && !accumulate ? clear(memory.buffer, m, n, c >>> 0, cRow) : undefined;
    // Leading dimensions of A and B; negative if it is read as transposed, 0 if neither reading is possible.
    const lda = leading(m, k, aRow, aColumn);
    const ldb = leading(k, n, bRow, bColumn);
    const ldc = m === 1 ? n : cRow;
    if (lda === 0 || ldb === 0 || ldc < n)
      return fallback(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, thread, threads);
    if (thread !== 0) return;
    // A memory that has grown has another buffer.
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      base = addressOf(new Uint8Array(buffer));
      bytes = buffer.byteLength;
    }
    // Addresses beyond 2^31 come from WebAssembly as negative numbers.
    const atA = a >>> 0;
    const atB = b >>> 0;
    const atC = c >>> 0;
    if (
      atA + 4 * ((m - 1) * aRow + (k - 1) * aColumn + 1) > bytes ||
      atB + 4 * ((k - 1) * bRow + (n - 1) * bColumn + 1) > bytes ||
      atC + 4 * ((m - 1) * cRow + n) > bytes
    )
      throw new RangeError(
        `multiply: a matrix of the product ${m} x ${k} x ${n} ends beyond the memory of ${bytes} bytes.`,
      );
    setThreads(m * n * k >= WORTH_THREADS);
    sgemm(
      ROW_MAJOR,
      lda > 0 ? AS_IT_IS : TRANSPOSED,
      ldb > 0 ? AS_IT_IS : TRANSPOSED,
      m,
      n,
      k,
      1,
      base + atA,
      Math.abs(lda),
      base + atB,
      Math.abs(ldb),
      accumulate,
      base + atC,
      ldc,
    );
  };
}

/** What an empty sum is. */
function clear(buffer: ArrayBufferLike, m: number, n: number, address: number, rowStride: number): void {
  for (let i = 0; i < m; i++) new Float32Array(buffer, address + 4 * i * rowStride, n).fill(0);
}

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
