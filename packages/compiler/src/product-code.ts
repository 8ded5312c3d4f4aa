import { type Code, call, control, get, i32, int } from "@hardgrad/onnx/graph";
import { THREAD, THREADS } from "./assemble-run.ts";
import { sgemmOf, sharesOf } from "./blas/sgemm.ts";
import type { ProductCall } from "./matmul-products.ts";

/** The functions that a program has for its products, by their numbers. */
export interface ProductFunctions {
  /** Our own kernels, see `Multiply`. */
  readonly multiply: number;
  /** The system's BLAS, see `Sgemm`. */
  readonly sgemm?: number | undefined;
}

/** Multiplications that take longer than it takes threads to meet: some 2 us. */
const WORTH_SHARING = 100_000;

/**
 * Calls of the products of one operator. Threads share out whole products where there are many, and the columns or rows
 * of few. `run(0, 1)` computes the same parts as all threads together, so that the bits do not depend on who runs it.
 */
export function productCode(
  products: readonly ProductCall[],
  threads: number,
  { multiply, sgemm }: ProductFunctions,
): { readonly code: Code; readonly shared: boolean } {
  const work = products.reduce((sum, [m, n, k]) => sum + m! * n! * k!, 0);
  const shared = threads > 1 && work >= WORTH_SHARING;
  const share: Code = shared ? [...get(THREAD), ...get(THREADS)] : [...int(0), ...int(1)];
  const own = (product: ProductCall): Code => [
    ...product.flatMap((x) => int(x)),
    ...share,
    ...call(multiply),
  ];
  // Memory sets the pace of a product with a vector, and our own kernels keep it better.
  const byBlas = (product: ProductCall): boolean =>
    sgemm !== undefined && product[0]! > 1 && product[1]! > 1 && sgemmOf(product) !== undefined;
  const blas = (product: ProductCall): Code => [...sgemmOf(product)!.flatMap((x) => int(x)), ...call(sgemm!)];
  const whole = (product: ProductCall): Code => (byBlas(product) ? blas(product) : own(product));
  if (!shared) return { code: products.flatMap(whole), shared };
  // Our own kernels share out each product by themselves.
  const parted = (product: ProductCall): Code =>
    byBlas(product) ? byThread(threads, (t) => sharesOf(product, threads)[t]!.flatMap(blas)) : own(product);
  const listed = products.length >= threads && products.every(byBlas);
  const code = listed
    ? byThread(threads, (t) => shareOfList(products, t, threads).flatMap(blas))
    : products.flatMap(parted);
  return { code, shared };
}

const shareOfList = <T>(list: readonly T[], thread: number, threads: number): readonly T[] =>
  list.slice((list.length * thread) / threads, (list.length * (thread + 1)) / threads);

/** What each thread does, or all of it one after another where there is one. */
function byThread(threads: number, codeOf: (thread: number) => Code): Code {
  return Array.from({ length: threads }, (_, t) => [
    ...[...get(THREADS), ...int(1), ...i32.equal, ...get(THREAD), ...int(t), ...i32.equal, ...i32.or],
    ...[...control.if, ...codeOf(t), ...control.end],
  ]).flat();
}
