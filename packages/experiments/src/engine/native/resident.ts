import type { Backend, HostArray, HostArrays, Resident } from "../backend.ts";
import type { Runtime, Tensor, Tensors } from "./runtime.ts";

export type DType = "float32" | "int32" | "uint32" | "uint8";

export function dtypeOf({ data }: HostArray): DType {
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
export function tensorOf({ Tensor }: Runtime, array: HostArray): Tensor {
  return new Tensor(dtypeOf(array), array.data, array.shape);
}

/**
 * Arrays of a run in two sets of tensors: a step reads the current set and writes its successors to the spare one, so
 * nothing is copied between steps. While a function runs on jax-js instead, the arrays live there.
 */
export class NativeResident implements Resident {
  readonly names: readonly string[];
  /** Names, types and shapes, which never change. */
  readonly signature: string;
  readonly #runtime: Runtime;
  readonly #jax: Backend;
  #current: Tensors;
  #spare: Tensors | undefined;
  /** Where the arrays are, if not in `#current`. */
  #away: Resident | undefined;

  constructor(runtime: Runtime, jax: Backend, arrays: HostArrays) {
    this.#runtime = runtime;
    this.#jax = jax;
    this.names = Object.keys(arrays);
    this.signature = signatureOf(arrays);
    this.#current = copies(runtime, arrays);
  }

  async current(): Promise<Tensors> {
    if (this.#away) {
      const away = this.#away;
      this.#away = undefined;
      for (const [name, { data }] of Object.entries(await away.read())) this.#current[name]!.data.set(data);
      away.dispose();
    }
    return this.#current;
  }

  /** Tensors for the successors of all arrays. */
  spare(): Tensors {
    this.#spare ??= copies(this.#runtime, hosts(this.#current));
    return this.#spare;
  }

  /** The spare set has been written: it is the current one now. */
  swap(): void {
    [this.#current, this.#spare] = [this.#spare!, this.#current];
  }

  /** The arrays on jax-js. `changing` says that they will not be the same afterwards. */
  async onJax(run: (resident: Resident) => Promise<unknown>, changing: boolean): Promise<void> {
    const there = this.#away ?? this.#jax.put(hosts(this.#current));
    if (changing) this.#away = there;
    await run(there);
    if (!this.#away) there.dispose();
  }

  async read(names: readonly string[] = this.names): Promise<{ [name: string]: HostArray }> {
    if (this.#away) return this.#away.read(names);
    return Object.fromEntries(
      names.map((name) => {
        const { dims, data } = this.#current[name]!;
        return [name, { shape: dims, data: data.slice() }];
      }),
    );
  }

  write(arrays: HostArrays): void {
    if (this.#away) this.#away.write(arrays);
    else for (const [name, { data }] of Object.entries(arrays)) this.#current[name]!.data.set(data);
  }

  dispose(): void {
    this.#away?.dispose();
    this.#away = undefined;
    this.#current = {};
    this.#spare = undefined;
  }
}

/** New tensors of the same contents; bytes become float32, as everywhere in a traced function. */
function copies(runtime: Runtime, arrays: HostArrays): Tensors {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      const own = data instanceof Uint8Array ? Float32Array.from(data) : data.slice();
      return [name, tensorOf(runtime, { shape, data: own })];
    }),
  );
}

function hosts(tensors: Tensors): HostArrays {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dims, data }]) => [name, { shape: dims, data }]),
  );
}
