import { type Code, get, type Locals, set, type } from "@hardgrad/onnx/graph";

/** Writes a function's instructions and hands out its local variables. */
export class Writer {
  readonly code: number[] = [];
  readonly #types: number[] = [];
  readonly #parameters: number;
  readonly #free: number[] = [];

  constructor(parameters: number) {
    this.#parameters = parameters;
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
