import type { MemoryType } from "@hardgrad/onnx/graph";
import { type Blas, loadBlas } from "./blas/load.ts";
import { createMultiply, multiplyModule, scratchBytes } from "./multiply/index.ts";
import type { Multiply } from "./product-form.ts";
import { useRelaxed } from "./relaxed.ts";
import { canShare, threadsAvailable } from "./threads/available.ts";

/** What computes the matrix products of compiled functions. */
export interface Products {
  /** The system's BLAS, or our own kernels. */
  readonly device: "native" | "wasm";
  /** For messages and results: "WebAssembly", or the BLAS and its version. */
  readonly name: string;
  /** Of large products; on device wasm of everything. */
  readonly threads: number;
  /** Threads that run whole programs together: 1 where only one thread at a time may call the BLAS. */
  readonly together: number;
  /** The BLAS, if there is one; what it can't compute is left to our own kernels. */
  readonly blas?: Pick<Blas, "sgemmOn" | "elsewhere">;
  /** Where device auto found no BLAS: what is missing, and the command that installs it. */
  readonly faster?: string;
  /** Whether programs use fused multiply-add. */
  readonly fused: boolean;
  /** What memory they work on. */
  readonly memory: MemoryType;
  /** The module of our own kernels, for memory of that type. */
  readonly module: WebAssembly.Module;
  /** Memory that `multiplyOn` needs for itself. */
  readonly scratchBytes: number;
  /** Products on a memory, with scratch memory at this address. */
  multiplyOn(memory: WebAssembly.Memory, scratch: number): Multiply;
}

/** Our own kernels. */
export function wasmProducts(threads = 1): Products {
  const memory = threads > 1 ? { shared: true, maximum: 65_536 } : {};
  const options = { fused: useRelaxed(), ...memory };
  return {
    device: "wasm",
    // It rounds once where two operations round twice.
    name: options.fused ? "WebAssembly with fused multiply-add" : "WebAssembly",
    threads,
    together: threads,
    fused: options.fused,
    memory,
    module: multiplyModule(options),
    scratchBytes: scratchBytes(threads),
    multiplyOn: (on, scratch) => createMultiply(on, { scratch, ...options }),
  };
}

/** The system's BLAS; our own kernels where it has no form for a product. */
function blasProducts(blas: Blas): Products {
  const { name, threads, elsewhere } = blas;
  return { ...wasmProducts(elsewhere === undefined ? 1 : threads), device: "native", name, threads, blas };
}

/** Options of `chooseProducts`. */
export interface ProductsOptions {
  /**
   * Threads that run a program together. Default: the environment variable HARDGRAD_THREADS, else as many as the machine
   * has cores.
   */
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
  if (device === "wasm") return wasmProducts(wasmThreads(threads));
  const blas = await loadBlas({ threads: threads ?? threadsAvailable() });
  if (!("reason" in blas)) {
    const many = blas.threads === 1 ? "1 thread" : `${blas.threads} threads`;
    notice?.(`device native: matrix products by ${blas.name}, ${many}.`);
    return blasProducts(blas);
  }
  if (device === "native") throw new RangeError(`device native: ${blas.reason} Device wasm needs nothing.`);
  notice?.(`device wasm; the system's BLAS would be faster. ${blas.reason}`);
  return { ...wasmProducts(wasmThreads(threads)), faster: blas.reason };
}

/** @throws RangeError if threads are asked for that can't be had. */
function wasmThreads(asked: number | undefined): number {
  if (asked === undefined) return threadsAvailable();
  if (!Number.isInteger(asked) || asked < 1 || asked > 64)
    throw new RangeError(`threads is ${asked}, but must be a whole number from 1 to 64.`);
  if (asked > 1 && !canShare())
    throw new RangeError(
      `threads is ${asked}, and this page can't share memory among threads; let it be cross-origin isolated (headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp), or use one thread.`,
    );
  return asked;
}
