import type { Backend, HostArray, HostArrays, Resident } from "../../../contract/backend.ts";
import { Arena, type Place } from "./arena.ts";
import type { OnnxRuntime, OnnxTensor } from "./onnxruntime.ts";

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

/** A tensor over the array's own memory. */
export function tensorOf({ Tensor }: OnnxRuntime, array: HostArray): OnnxTensor {
  return new Tensor(dtypeOf(array), array.data, array.shape);
}

interface Slot {
  readonly shape: readonly number[];
  place: Place;
  tensor: OnnxTensor | undefined;
  /** The arena's version that the tensor was made for. */
  version: number;
}

/**
 * Arrays of a run in an arena, with room beside them for what a step computes on the way. While a function runs on
 * jax-js instead, they live there.
 */
export class NativeResident implements Resident {
  readonly arena: Arena = new Arena();
  readonly names: readonly string[];
  /** Names, types and shapes, which never change. */
  readonly signature: string;
  readonly #runtime: OnnxRuntime;
  readonly #jax: Backend;
  readonly #slots = new Map<string, Slot>();
  /** Where the arrays are, if not here. */
  #away: Resident | undefined;

  constructor(runtime: OnnxRuntime, jax: Backend, arrays: HostArrays) {
    this.#runtime = runtime;
    this.#jax = jax;
    this.names = Object.keys(arrays);
    this.signature = signatureOf(arrays);
    for (const [name, array] of Object.entries(arrays)) {
      // Bytes become float32, as everywhere in a traced function.
      const dtype = dtypeOf(array) === "uint8" ? "float32" : dtypeOf(array);
      this.slot(name, dtype, array.shape);
    }
    this.write(arrays);
  }

  /** A place of that name, made when it is first asked for. */
  slot(name: string, dtype: ElementType, shape: readonly number[]): Slot {
    let slot = this.#slots.get(name);
    if (!slot) {
      const length = shape.reduce((a, b) => a * b, 1);
      slot = { shape, place: this.arena.place(dtype, length), tensor: undefined, version: -1 };
      this.#slots.set(name, slot);
    }
    return slot;
  }

  tensor(name: string): OnnxTensor {
    const slot = this.#slots.get(name)!;
    if (!slot.tensor || slot.version !== this.arena.version) {
      slot.tensor = tensorOf(this.#runtime, { shape: slot.shape, data: this.arena.view(slot.place) });
      slot.version = this.arena.version;
    }
    return slot.tensor;
  }

  address(name: string): number {
    return this.#slots.get(name)!.place.address;
  }

  /** Two arrays of one shape change places. */
  swap(name: string, other: string): void {
    const [x, y] = [this.#slots.get(name)!, this.#slots.get(other)!];
    this.#slots.set(name, y);
    this.#slots.set(other, x);
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
      names.map((name) => {
        const { dims, data } = this.tensor(name);
        return [name, { shape: dims, data: data.slice() }];
      }),
    );
  }

  write(arrays: HostArrays): void {
    if (this.#away) this.#away.write(arrays);
    else for (const [name, { data }] of Object.entries(arrays)) this.tensor(name).data.set(data);
  }

  dispose(): void {
    this.#away?.dispose();
    this.#away = undefined;
    this.#slots.clear();
  }
}
