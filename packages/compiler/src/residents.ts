import {
  copied,
  dtypeOf,
  type Elements,
  type ElementType,
  numbers,
  type PlainTensor,
  type PlainTensors,
  signatureOf,
  write,
} from "./arrays.ts";
import type { Sgemm } from "./blas/sgemm.ts";
import type { Products } from "./choose-products.ts";
import { storageBytes } from "./memory.ts";
import type { Multiply } from "./product-form.ts";
import { grow } from "./program.ts";
import { Crew } from "./threads/crew.ts";
import { controlBytes } from "./threads/index.ts";
import type { Storage } from "./views.ts";

/** Where an array lives. */
export interface Slot {
  readonly shape: readonly number[];
  /** Bytes become float32, as everywhere in a traced function. */
  readonly dtype: Exclude<ElementType, "uint8">;
  readonly storage: Storage;
}

/** Behind the first cache line, so that no array has the address 0. */
const START = 64;

/**
 * Arrays that stay in a memory of their own, in which compiled functions work on them. Arrays of the same names, types
 * and shapes have the same addresses in every memory, so that a function is compiled once for all of them.
 */
export class Residents {
  readonly memory: WebAssembly.Memory;
  readonly names: readonly string[];
  /** Names, types and shapes, which never change. */
  readonly signature: string;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly products: Products;
  readonly multiply: Multiply;
  readonly sgemm: Sgemm | undefined;
  /** Where products have their scratch memory. */
  readonly scratch: number;
  /** Threads that work in this memory together, if there are several. */
  readonly crew: Crew | undefined;
  /** Where the memory is free for the arrays of compiled functions, which share it. */
  readonly free: number;

  /** @throws RangeError if the memory can't be had. */
  constructor(products: Products, arrays: PlainTensors) {
    this.names = Object.keys(arrays);
    this.signature = signatureOf(arrays);
    const slots = new Map<string, Slot>();
    let top = START;
    for (const [name, array] of Object.entries(arrays)) {
      const own = dtypeOf(array);
      const dtype = own === "uint8" ? "float32" : own;
      const storage: Storage = { dtype, length: array.data.length, address: top };
      top += storageBytes(storage);
      slots.set(name, { shape: array.shape, dtype, storage });
    }
    this.slots = slots;
    this.products = products;
    this.scratch = top;
    const control = top + products.scratchBytes;
    const together = products.together > 1;
    this.free = control + (together ? controlBytes : 0);
    this.memory = new WebAssembly.Memory({ initial: 1, ...products.memory });
    grow(this.memory, this.free);
    this.multiply = products.multiplyOn(this.memory, top);
    this.sgemm = products.blas?.sgemmOn(this.memory);
    this.crew = together ? new Crew(products.together, this.memory, control) : undefined;
    this.write(arrays);
  }

  /** The elements of an array where they are, until the memory grows. */
  view(name: string): Elements {
    return numbers(this.memory.buffer, this.slots.get(name)!.storage);
  }

  /** Ends the threads. */
  dispose(): void {
    this.crew?.close();
  }

  /** Copies of some. */
  read(names: readonly string[] = this.names): { [name: string]: PlainTensor } {
    return Object.fromEntries(
      names.map((name) => {
        const { shape, dtype } = this.slots.get(name)!;
        const data = copied(this.view(name), dtype);
        return [name, { shape, data, ...(dtype === "bool" && { dtype }) }];
      }),
    );
  }

  /** Replaces some, of the same shapes. */
  write(arrays: PlainTensors): void {
    for (const [name, { data }] of Object.entries(arrays))
      write(this.view(name), data, this.slots.get(name)!.dtype);
  }
}
