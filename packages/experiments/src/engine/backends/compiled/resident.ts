import { bytesOf, grow, numbers, type Storage } from "@hardgrad/compiler";
import type { Backend, HostArray, HostArrays, Resident } from "../../../contract/backend.ts";
import type { Products } from "./products.ts";

export type ElementType = "float32" | "int32" | "uint32" | "uint8";

export function dtypeOf({ data }: HostArray): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint32Array ? "uint32" : "uint8";
}

export function signatureOf(arrays: HostArrays): string {
  let text = "";
  for (const name in arrays) text += `${name}:${dtypeOf(arrays[name]!)}[${arrays[name]!.shape}] `;
  return text;
}

export interface Slot {
  readonly shape: readonly number[];
  readonly storage: Storage;
}

/** Behind the first cache line, so that no array has the address 0. */
const START = 64;

/**
 * Arrays of a run in a memory of their own, in which its compiled functions work. Arrays of the same names, types and
 * shapes have the same addresses in every memory, so that a function is compiled once for all of them. While a function
 * runs on jax-js instead, they live there.
 */
export class CompiledResident implements Resident {
  readonly memory: WebAssembly.Memory;
  readonly names: readonly string[];
  /** Names, types and shapes, which never change. */
  readonly signature: string;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly multiply: ReturnType<Products["multiplyOn"]>;
  /** Where the memory is free for the arrays of compiled functions, which share it. */
  readonly free: number;
  readonly #jax: Backend;
  /** Where the arrays are, if not here. */
  #away: Resident | undefined;

  constructor(products: Products, jax: Backend, arrays: HostArrays) {
    this.#jax = jax;
    this.names = Object.keys(arrays);
    this.signature = signatureOf(arrays);
    const slots = new Map<string, Slot>();
    let top = START;
    for (const [name, array] of Object.entries(arrays)) {
      // Bytes become float32, as everywhere in a traced function.
      const dtype = dtypeOf(array) === "uint8" ? "float32" : dtypeOf(array);
      const storage: Storage = { dtype, length: array.data.length, address: top };
      top += bytesOf(storage);
      slots.set(name, { shape: array.shape, storage });
    }
    this.slots = slots;
    this.free = top + products.scratchBytes;
    this.memory = products.createMemory();
    grow(this.memory, this.free);
    this.multiply = products.multiplyOn(this.memory, top);
    this.write(arrays);
  }

  view(name: string): HostArray["data"] {
    return numbers(this.memory.buffer, this.slots.get(name)!.storage);
  }

  /** Brings the arrays back from jax-js, if they are there. */
  async home(): Promise<void> {
    if (!this.#away) return;
    const away = this.#away;
    this.#away = undefined;
    this.write(await away.read());
    away.dispose();
  }

  /** Runs a function over the arrays on jax-js. `changing` says that they will not be the same afterwards. */
  async onJax(run: (resident: Resident) => Promise<unknown>, changing: boolean): Promise<void> {
    const there = this.#away ?? this.#jax.put(await this.read());
    if (changing) this.#away = there;
    await run(there);
    if (!this.#away) there.dispose();
  }

  async read(names: readonly string[] = this.names): Promise<{ [name: string]: HostArray }> {
    if (this.#away) return this.#away.read(names);
    return Object.fromEntries(
      names.map((name) => [name, { shape: this.slots.get(name)!.shape, data: this.view(name).slice() }]),
    );
  }

  write(arrays: HostArrays): void {
    if (this.#away) this.#away.write(arrays);
    else for (const [name, { data }] of Object.entries(arrays)) this.view(name).set(data);
  }

  dispose(): void {
    this.#away?.dispose();
    this.#away = undefined;
  }
}
