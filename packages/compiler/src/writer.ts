import { type Code, f32x4, get, global, type Locals, set, type, v128, words } from "@hardgrad/onnx/graph";

const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!;
/** The instruction that pushes four times a whole number. */
export const splatInt = (x: number): Code => words(x, x, x, x);
/** The instruction that pushes four times a float32. */
export const splat = (x: number): Code => splatInt(bitsOf(x));
const zero = words(0, 0, 0, 0).join();

/** What a function is written for. */
export interface Target {
  /** Whether it may use relaxed SIMD: see `useRelaxed`. */
  readonly relaxed: boolean;
  /** Threads that share what it does. */
  readonly threads: number;
  /** The index of a global with the vector that an instruction pushes. */
  constant(code: Code): number;
}

/** Writes a function's instructions and hands out its local variables. */
export class Writer {
  readonly code: number[] = [];
  readonly #start: number[] = [];
  readonly #constants = new Map<string, number>();
  readonly #types: number[] = [];
  readonly #parameters: number;
  readonly #free: number[] = [];
  readonly #target: Target | undefined;

  /** @param target of a function that computes with vectors. */
  constructor(parameters: number, target?: Target) {
    this.#parameters = parameters;
    this.#target = target;
  }

  /** All of the function: its constants first. */
  get body(): Code {
    return [...this.#start, ...this.code];
  }

  /**
   * A variable with a vector that is the same in all of the function. V8 builds a constant anew wherever it is used, by
   * three instructions; what was read from a global it keeps, or reads again.
   */
  constant(vector: Code): number {
    const key = vector.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.local(type.v128);
      const code = key === zero || !this.#target ? vector : global(this.#target.constant(vector));
      this.#start.push(...code, ...set(local));
      this.#constants.set(key, local);
    }
    return local;
  }

  /** Pushes four times a float32. */
  number(x: number): Code {
    return get(this.constant(splat(x)));
  }

  /** Pushes four times a whole number. */
  word(x: number): Code {
    return get(this.constant(splatInt(x)));
  }

  /** Whether there is fused multiply-add. */
  get fused(): boolean {
    return this.#target?.relaxed ?? false;
  }

  /** Pops a and b and pushes a b + c. */
  multiplyAdd(c: Code): void {
    if (this.fused) this.emit(c, f32x4.multiplyAdd);
    else this.emit(f32x4.mul, c, f32x4.add);
  }

  /** Pops a, b and a mask of lanes of ones or zeros: a where there are ones. */
  get select(): Code {
    return this.fused ? v128.selectLanes : v128.select;
  }

  emit(...parts: Code[]): void {
    for (const part of parts) for (const byte of part) this.code.push(byte);
  }

  local(kind: number): number {
    return this.#parameters + this.#types.push(kind) - 1;
  }

  integer(): number {
    return this.local(type.i32);
  }

  vector(): number {
    return this.#free.pop() ?? this.local(type.v128);
  }

  /** Gives vectors back that are not read any more. */
  release(...vectors: number[]): void {
    this.#free.push(...vectors);
  }

  /** Pops a vector into a new variable. */
  keep(...parts: Code[]): number {
    this.emit(...parts);
    const local = this.vector();
    this.emit(set(local));
    return local;
  }

  /** The types of all variables, run by run. */
  locals(): Locals {
    const runs: [number, number][] = [];
    for (const t of this.#types) {
      const last = runs.at(-1);
      if (last?.[1] === t) last[0]++;
      else runs.push([1, t]);
    }
    return runs;
  }
}

/** Pushes some variables. */
export const gets = (...locals: number[]): Code => locals.flatMap((local) => get(local));
