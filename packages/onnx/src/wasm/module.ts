import { type Code, control, type, unsigned } from "./instructions.ts";

const section = (id: number, body: Code): number[] => [id, ...unsigned(body.length), ...body];
const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const named = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
};

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The memory that a module imports as `m.m`; a shared one needs a maximum, in pages. */
export interface MemoryType {
  readonly shared?: boolean;
  readonly maximum?: number;
}

/** Local variables of one type, behind the parameters. */
export type Locals = readonly (readonly [count: number, type: number])[];

/** A module of several functions. Imports come first. */
export class ModuleBuilder {
  readonly #memory: MemoryType;
  readonly #types: string[] = [];
  readonly #imports: number[][] = [];
  readonly #globals: number[][] = [];
  readonly #constants = new Map<string, { readonly index: number; readonly code: Code }>();
  readonly #functions: number[] = [];
  readonly #bodies: Uint8Array[] = [];
  readonly #exports: number[][] = [];

  constructor(memory: MemoryType = {}) {
    this.#memory = memory;
  }

  #type(parameters: readonly number[], results: readonly number[]): number {
    const code = [0x60, ...list(parameters.map((p) => [p])), ...list(results.map((r) => [r]))].join();
    const known = this.#types.indexOf(code);
    return known >= 0 ? known : this.#types.push(code) - 1;
  }

  /** A function that is imported as `m.NAME`: its index. */
  import(name: string, parameters: readonly number[], results: readonly number[] = []): number {
    if (this.#functions.length > 0) throw new RangeError("ModuleBuilder: imports come before functions.");
    return (
      this.#imports.push([...named("m"), ...named(name), 0, ...unsigned(this.#type(parameters, results))]) - 1
    );
  }

  /** A whole number that is imported as `m.NAME` and stays as it is: the index of a global. */
  global(name: string): number {
    if (this.#constants.size > 0) throw new RangeError("ModuleBuilder: imports come before constants.");
    return this.#globals.push([...named("m"), ...named(name), 3, type.i32, 0]) - 1;
  }

  /** A vector that stays as it is, from the instruction that pushes it: the index of a global. */
  constant(code: Code): number {
    const known = this.#constants.get(code.join());
    if (known) return known.index;
    const index = this.#globals.length + this.#constants.size;
    this.#constants.set(code.join(), { index, code });
    return index;
  }

  /** A function: its index. The body leaves its results on the stack. */
  function(
    parameters: readonly number[],
    results: readonly number[],
    locals: Locals,
    body: Code,
    exported?: string,
  ): number {
    const index = this.#imports.length + this.#functions.length;
    this.#functions.push(this.#type(parameters, results));
    const used = locals.filter(([count]) => count > 0);
    const declared = list(used.map(([n, t]) => [...unsigned(n), t]));
    const size = unsigned(declared.length + body.length + control.end.length);
    this.#bodies.push(joined([size, declared, body, control.end]));
    if (exported !== undefined) this.#exports.push([...named(exported), 0, ...unsigned(index)]);
    return index;
  }

  /** The module. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { shared = false, maximum } = this.#memory;
    const limits = maximum === undefined ? [0, 1] : [shared ? 3 : 1, 1, ...unsigned(maximum)];
    const memory = [...named("m"), ...named("m"), 2, ...limits];
    const constants = [...this.#constants.values()].map(({ code }) => [
      type.v128,
      0,
      ...code,
      ...control.end,
    ]);
    const count = unsigned(this.#bodies.length);
    const length = this.#bodies.reduce((sum, body) => sum + body.length, count.length);
    return joined([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(this.#types.map((t) => t.split(",").map(Number)))),
      section(2, list([memory, ...this.#imports, ...this.#globals])),
      section(3, list(this.#functions.map(unsigned))),
      section(6, list(constants)),
      section(7, list(this.#exports)),
      [10, ...unsigned(length), ...count],
      ...this.#bodies,
    ]);
  }
}

/** A module with one function `run`, and a memory of at least one page that it imports as `m.m`. */
export function moduleOf(parameters: readonly number[], locals: Locals, body: Code): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.function(parameters, [], locals, body, "run");
  return builder.bytes();
}
