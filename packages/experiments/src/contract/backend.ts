import type { NamedArrays } from "hardgrad";

/**
 * What runs a compiled function. A run talks to this only, so that it does not know which device it is on.
 * Functions are written in jax-js over named arrays and consume what they are given.
 */

/** A plain array: what goes into a compiled function and comes out of it. */
export interface HostArray {
  readonly shape: readonly number[];
  /** A `Uint8Array` (pixels, labels) is seen as float32 of the same numbers by the traced function. */
  readonly data: Float32Array | Int32Array | Uint32Array | Uint8Array;
}

/** Plain arrays by name. */
export type HostArrays = { readonly [name: string]: HostArray };

/** Arrays that stay on the device from step to step: parameters, optimizer, estimator, running totals. */
export interface Resident {
  /** Copies some (default: all) to the host. */
  read(names?: readonly string[]): Promise<{ [name: string]: HostArray }>;
  /** Replaces some, of the same shapes. */
  write(arrays: HostArrays): void;
  /** Frees them. */
  dispose(): void;
}

/** What computes. */
export interface Computer {
  /** `native`, `wasm` or `webgpu`. */
  readonly device: string;
  /** By what matrix products are computed: "OpenBLAS 0.3.21, Haswell kernels", "WebAssembly", the name of a GPU. */
  readonly products: string;
  /** Of large products; undefined on a GPU. */
  readonly threads?: number;
}

/**
 * `native (OpenBLAS 0.3.21, Haswell kernels, 2 threads)`.
 *
 * @example
 * console.log(computerText(await useDevice("wasm"))); // wasm (WebAssembly, 1 thread)
 */
export function computerText({ device, products, threads }: Computer): string {
  const many = threads === undefined ? "" : `, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return `${device} (${products}${many})`;
}

/**
 * The same text for computers that give the same bits: on device wasm the number of threads changes none.
 *
 * @example
 * sourceOfBits({ device: "wasm", products: "WebAssembly", threads: 2 }); // "wasm (WebAssembly)"
 */
export function sourceOfBits({ threads, ...computer }: Computer): string {
  const matter = threads !== undefined && computer.device !== "wasm";
  return computerText(matter ? { ...computer, threads } : computer);
}

/** The buffers of inputs may be used for something else once the promise of a call is resolved. */
export interface Backend extends Computer {
  /** Where device auto found nothing faster: what is missing, and the command that installs it. */
  readonly faster?: string;
  /** Copies arrays to the device, to stay there. */
  put(arrays: HostArrays): Resident;
  /**
   * A step: `fn(resident, inputs)` gives the successors of all resident arrays. Compiled at the first call, for the
   * shapes of that call.
   */
  update(
    fn: (resident: NamedArrays, inputs: NamedArrays) => NamedArrays,
  ): (resident: Resident, inputs: HostArrays) => Promise<void>;
  /** A function that reads resident arrays and leaves them; its results come to the host. Compiled by shapes. */
  evaluate(
    fn: (resident: NamedArrays, inputs: NamedArrays) => NamedArrays,
  ): (resident: Resident, inputs: HostArrays) => Promise<{ [name: string]: HostArray }>;
}
