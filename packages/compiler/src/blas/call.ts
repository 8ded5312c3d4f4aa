import type { Koffi } from "./koffi.ts";
import type { FoundBlas } from "./probe.ts";
import type { Sgemm } from "./sgemm.ts";

/** `cblas_sgemm`, with addresses as numbers. */
export type CSgemm = (
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

/** Of 64 bits even where the library's are of 32: see the script that tries it. */
export const wholeType = (koffi: Koffi): string => (koffi.sizeof("void*") === 8 ? "int64" : "int");

export const sgemmTypes = (koffi: Koffi): readonly string[] =>
  [..."iiiiiifiiiifii"].map((letter) => (letter === "i" ? wholeType(koffi) : "float"));

/**
 * Of a BLAS that one thread at a time may call: products with fewer multiplications than this are computed by one of its
 * own threads. At 100 GFLOP/s it takes 40 us for so many; to hand a part to another thread and wait for it takes 8.
 */
export const WORTH_THREADS = 2_000_000;

/**
 * Products on the memory of a program.
 *
 * @param addressOf where an array lies in the process's memory.
 * @param setThreads sets the number of the BLAS's own threads before each product.
 */
export function callFrom(
  memory: WebAssembly.Memory,
  call: CSgemm,
  addressOf: (array: ArrayBufferView) => number,
  setThreads?: (several: boolean) => void,
): Sgemm {
  let buffer: ArrayBufferLike | undefined;
  let base = 0;
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    // A memory that has grown has another buffer.
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      base = addressOf(new Uint8Array(buffer));
    }
    setThreads?.(m * n * k >= WORTH_THREADS);
    // Addresses beyond 2^31 come from WebAssembly as negative numbers.
    const [atA, atB, atC] = [base + (a >>> 0), base + (b >>> 0), base + (c >>> 0)];
    call(ROW_MAJOR, transposeA, transposeB, m, n, k, 1, atA, lda, atB, ldb, beta, atC, ldc);
  };
}

/** The same for other threads: the body of a function of `(memory, require)`. Shared memory never moves. */
export function scriptFor(koffi: Koffi, koffiPath: string, path: string, found: FoundBlas): string {
  const { symbol, setter } = found;
  const text = JSON.stringify;
  return `
const koffi = require(${text(koffiPath)});
const library = koffi.load(${text(path)});
const call = library.func(${text(symbol)}, "void", ${text(sgemmTypes(koffi))});
${setter ? `library.func(${text(setter)}, "void", [${text(wholeType(koffi))}])(1);` : ""}
const base = Number(koffi.address(new Uint8Array(memory.buffer)));
return {
  sgemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) {
    call(${ROW_MAJOR}, ta, tb, m, n, k, 1, base + (a >>> 0), lda, base + (b >>> 0), ldb, beta, base + (c >>> 0), ldc);
  },
};`;
}
