import { type Blas, createMultiply, hasFused, type Multiply, scratchBytes } from "@hardgrad/compiler";

/** What computes the matrix products of compiled functions. */
export interface Products {
  /** For messages and results: "WebAssembly", or the BLAS and its version. */
  readonly name: string;
  /** Memory that `multiplyOn` needs for itself. */
  readonly scratchBytes: number;
  createMemory(): WebAssembly.Memory;
  multiplyOn(memory: WebAssembly.Memory, scratch: number): Multiply;
}

/** Our own kernels, on one thread. */
export const wasmProducts: Products = {
  name: "WebAssembly",
  scratchBytes: scratchBytes(1),
  createMemory: () => new WebAssembly.Memory({ initial: 1 }),
  multiplyOn: (memory, scratch) => createMultiply(memory, { scratch, fused: hasFused() }),
};

/** The system's BLAS; our own kernels where it has no form for a product. */
export const blasProducts = (blas: Blas): Products => ({
  ...wasmProducts,
  name: blas.name,
  multiplyOn: (memory, scratch) => blas.multiplyOn(memory, wasmProducts.multiplyOn(memory, scratch)),
});
