import { hasFused } from "@hardgrad/onnx/graph";
import { type Blas, loadBlas } from "./blas/load.ts";
import { createMultiply, scratchBytes } from "./multiply/index.ts";
import type { Multiply } from "./product.ts";

/** What computes the matrix products of compiled functions. */
export interface Products {
  /** The system's BLAS, or our own kernels. */
  readonly device: "native" | "wasm";
  /** For messages and results: "WebAssembly", or the BLAS and its version. */
  readonly name: string;
  /** Of large products. */
  readonly threads: number;
  /** Where device auto found no BLAS: what is missing, and the command that installs it. */
  readonly faster?: string;
  /** Memory that `multiplyOn` needs for itself. */
  readonly scratchBytes: number;
  createMemory(): WebAssembly.Memory;
  multiplyOn(memory: WebAssembly.Memory, scratch: number): Multiply;
}

/** Our own kernels, on one thread. */
export const wasmProducts: Products = {
  device: "wasm",
  // Node 24 and browsers have fused multiply-add, which rounds once where two operations round twice.
  name: hasFused() ? "WebAssembly with fused multiply-add" : "WebAssembly",
  threads: 1,
  scratchBytes: scratchBytes(1),
  createMemory: () => new WebAssembly.Memory({ initial: 1 }),
  multiplyOn: (memory, scratch) => createMultiply(memory, { scratch, fused: hasFused() }),
};

/** The system's BLAS; our own kernels where it has no form for a product. */
const blasProducts = (blas: Blas): Products => ({
  ...wasmProducts,
  device: "native",
  name: blas.name,
  threads: blas.threads,
  multiplyOn: (memory, scratch) => blas.multiplyOn(memory, wasmProducts.multiplyOn(memory, scratch)),
});

/** Options of `chooseProducts`. */
export interface ProductsOptions {
  /** Threads of large matrix products on device native; default: as many as the machine has cores. */
  readonly threads?: number;
  /** Told what computes, and what would be faster. */
  readonly notice?: (sentence: string) => void;
}

/**
 * What computes matrix products on a device: `wasm` our own kernels, `native` the system's BLAS (Node only, by the
 * package koffi), `auto` native where there is a BLAS, else wasm.
 *
 * @throws RangeError if the device is native and there is no BLAS, or if threads is not a whole number from 1.
 * @example
 * const products = await chooseProducts("auto", { notice: console.log });
 */
export async function chooseProducts(
  device: "auto" | "native" | "wasm",
  { threads, notice }: ProductsOptions = {},
): Promise<Products> {
  if (device === "wasm") return wasmProducts;
  const blas = await loadBlas(threads === undefined ? {} : { threads });
  if (!("reason" in blas)) {
    const many = blas.threads === 1 ? "1 thread" : `${blas.threads} threads`;
    notice?.(`device native: matrix products by ${blas.name}, ${many}.`);
    return blasProducts(blas);
  }
  if (device === "native") throw new RangeError(`device native: ${blas.reason} Device wasm needs nothing.`);
  notice?.(`device wasm; the system's BLAS would be faster. ${blas.reason}`);
  return { ...wasmProducts, faster: blas.reason };
}
