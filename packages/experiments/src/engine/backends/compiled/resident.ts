import { type CompiledFunction, type Products, Residents } from "@hardgrad/compiler";
import type { Backend, HostArray, HostArrays, Resident } from "../../../contract/backend.ts";

/** Arrays of a run in the memory of its compiled functions. While a function runs on jax-js instead, they live there. */
export class CompiledResident implements Resident {
  readonly arrays: Residents;
  /** Functions that all threads of the memory have. */
  readonly loaded = new WeakSet<CompiledFunction>();
  readonly #jax: Backend;
  /** Where the arrays are, if not here. */
  #away: Resident | undefined;

  constructor(products: Products, jax: Backend, arrays: HostArrays) {
    this.#jax = jax;
    this.arrays = new Residents(products, arrays);
  }

  async load(fn: CompiledFunction): Promise<void> {
    await fn.load(this.arrays);
    this.loaded.add(fn);
  }

  /** Brings the arrays back from jax-js, if they are there. */
  async home(): Promise<void> {
    if (!this.#away) return;
    const away = this.#away;
    this.#away = undefined;
    this.arrays.write(await away.read());
    away.dispose();
  }

  /** Runs a function over the arrays on jax-js. `changing` says that they will not be the same afterwards. */
  async onJax(run: (resident: Resident) => Promise<unknown>, changing: boolean): Promise<void> {
    const there = this.#away ?? this.#jax.put(await this.read());
    if (changing) this.#away = there;
    await run(there);
    if (!this.#away) there.dispose();
  }

  async read(names?: readonly string[]): Promise<{ [name: string]: HostArray }> {
    return this.#away ? this.#away.read(names) : this.arrays.read(names);
  }

  write(arrays: HostArrays): void {
    if (this.#away) this.#away.write(arrays);
    else this.arrays.write(arrays);
  }

  dispose(): void {
    this.#away?.dispose();
    this.#away = undefined;
    this.arrays.dispose();
  }
}
