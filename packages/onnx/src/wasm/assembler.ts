/** Instructions as bytes: the little of WebAssembly's binary format that kernels need. */
export type Code = readonly number[];
type Operators<Name extends string> = { readonly [name in Name]: Code };

/** LEB128, the variable-length integers of the format. */
export function unsigned(x: number): number[] {
  const low = x & 127;
  return x < 128 ? [low] : [low | 128, ...unsigned(x >>> 7)];
}
function signed(x: number): number[] {
  const low = x & 127;
  const rest = x >> 7;
  const last = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return last ? [low] : [low | 128, ...signed(rest)];
}

/** Pushes a local variable. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
/** Pops into a local variable. */
export const set = (local: number): Code => [0x21, ...unsigned(local)];
/** Pushes a whole number. */
export const int = (x: number): Code => [0x41, ...signed(x)];
/** Pushes a float32. */
export const float = (x: number): Code => [0x43, ...new Uint8Array(Float32Array.of(x).buffer)];
/** Leaves so many blocks, or begins a loop again. */
export const branch = (depth: number): Code => [0x0c, depth];
/** The same if a number that is popped is not 0. */
export const branchIf = (depth: number): Code => [0x0d, depth];
/** Blocks and loops. */
export const control: Operators<"block" | "loop" | "if" | "end"> = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  end: [0x0b],
};
/** Operators on 32-bit whole numbers. */
export const i32: Operators<"add" | "and" | "xor" | "atLeast"> = {
  add: [0x6a],
  and: [0x71],
  xor: [0x73],
  atLeast: [0x4e],
};
/** Types of parameters and local variables. */
export const type: { readonly [name in "i32" | "f32" | "v128"]: number } = {
  i32: 0x7f,
  f32: 0x7d,
  v128: 0x7b,
};

const vector = (op: number, ...immediate: number[]): Code => [0xfd, ...unsigned(op), ...immediate];
/** Operators on vectors of 128 bits. */
export const v128: Operators<
  | "load"
  | "store"
  | "counters"
  | "splat"
  | "splatFloat"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "add"
  | "toFloat"
  | "toSignedFloat"
> = {
  load: vector(0x00, 2, 0),
  store: vector(0x0b, 2, 0),
  counters: vector(0x0c, ...new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer)),
  splat: vector(0x11),
  splatFloat: vector(0x13),
  or: vector(0x50),
  xor: vector(0x51),
  shl: vector(0xab),
  shr: vector(0xad),
  add: vector(0xae),
  toFloat: vector(0xfb),
  toSignedFloat: vector(0xfa),
};
/** Operators on four float32. */
export const f32x4: Operators<"abs" | "neg" | "sqrt" | "add" | "sub" | "mul" | "div" | "min" | "max"> = {
  abs: vector(0xe0),
  neg: vector(0xe1),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  min: vector(0xe8),
  max: vector(0xe9),
};

const section = (id: number, body: Code): Code => [id, ...unsigned(body.length), ...body];

/** A module with one function `run`, and a memory of at least one page that it imports as `m.m`. */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly (readonly [count: number, type: number])[],
  body: Code,
): Uint8Array<ArrayBuffer> {
  const declared = [...unsigned(locals.length), ...locals.flatMap(([n, t]) => [...unsigned(n), t])];
  const code = [...declared, ...body, ...control.end];
  const name = new TextEncoder().encode("run");
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(parameters.length), ...parameters, 0]),
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, name.length, ...name, 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

const compiled = new Map<string, WebAssembly.Module>();

/**
 * The function `run` of a module on a memory; modules of equal bytes are compiled once.
 *
 * @example
 * const bytes = moduleOf([type.i32], [], []);
 * const run = instantiate(bytes, new WebAssembly.Memory({ initial: 1 }));
 * run(32); // what the module's parameters are
 */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
): (...args: number[]) => void {
  const key = bytes.join();
  const module = compiled.get(key) ?? new WebAssembly.Module(bytes);
  compiled.set(key, module);
  return new WebAssembly.Instance(module, { m: { m: memory } }).exports.run as (...args: number[]) => void;
}

/**
 * Whether WebAssembly has vectors (SIMD) here.
 *
 * @example
 * hasVectors(); // true
 */
export const hasVectors = (): boolean => WebAssembly.validate(moduleOf([], [], [...v128.counters, 0x1a])); // and drop
