import { instantiate } from "@hardgrad/onnx/graph";
import type { ElementType } from "./resident.ts";

const PAGE = 65_536;
/** Arrays begin on cache lines. */
const LINE = 64;

const constructors = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

export interface Place {
  readonly address: number;
  readonly dtype: ElementType;
  readonly length: number;
}

/**
 * Memory that WebAssembly's kernels and onnxruntime's tensors share. When it grows, views made before are void: they
 * are asked for anew by `version`.
 */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernels = new Map<Uint8Array, (...args: number[]) => void>();
  #used = 0;
  version = 0;

  place(dtype: ElementType, length: number): Place {
    const address = this.#used;
    this.#used += LINE * Math.ceil((length * constructors[dtype].BYTES_PER_ELEMENT) / LINE);
    const missing = Math.ceil((this.#used - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      this.#grow(missing);
      this.version++;
    }
    return { address, dtype, length };
  }

  view({ address, dtype, length }: Place): Float32Array | Int32Array | Uint32Array | Uint8Array {
    return new constructors[dtype](this.#memory.buffer, address, length);
  }

  /** A kernel on this memory. */
  kernel(code: Uint8Array<ArrayBuffer>): (...args: number[]) => void {
    const run = this.#kernels.get(code) ?? instantiate(code, this.#memory);
    this.#kernels.set(code, run);
    return run;
  }

  #grow(pages: number): void {
    try {
      this.#memory.grow(pages);
    } catch {
      throw new RangeError(
        `device native: parameters, optimizer and gradients need ${Math.ceil(this.#used / 2 ** 20)} MiB, but at most 4096 MiB are available; use a smaller network or fewer examples per step.`,
      );
    }
  }
}
