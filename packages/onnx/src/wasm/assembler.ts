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
/** Pops into a local variable and pushes it again. */
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
/** Pushes a whole number. */
export const int = (x: number): Code => [0x41, ...signed(x | 0)];
/** Pushes a float32. */
export const float = (x: number): Code => [0x43, ...new Uint8Array(Float32Array.of(x).buffer)];
/** Pushes four words. */
export const words = (...x: readonly [number, number, number, number]): Code =>
  vector(0x0c, ...new Uint8Array(Int32Array.from(x).buffer));
/** Leaves so many blocks, or begins a loop again. */
export const branch = (depth: number): Code => [0x0c, ...unsigned(depth)];
/** The same if a number that is popped is not 0. */
export const branchIf = (depth: number): Code => [0x0d, ...unsigned(depth)];
/** Calls a function of the module, by its index. */
export const call = (index: number): Code => [0x10, ...unsigned(index)];
/** Pushes a global number, by its index. */
export const global = (index: number): Code => [0x23, ...unsigned(index)];
/** Pops two values and a number: keeps the first value if the number is not 0, else the second. */
export const select: Code = [0x1b];
/** Blocks and loops. */
export const control: Operators<"block" | "loop" | "if" | "else" | "end" | "return"> = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
  return: [0x0f],
};
/** Copies bytes inside the memory: pops destination, source and length. */
export const memoryCopy: Code = [0xfc, 10, 0, 0];
/** Fills bytes of the memory: pops destination, byte and length. */
export const memoryFill: Code = [0xfc, 11, 0];

/** An access to memory, `offset` bytes after the address that is popped. */
const access = (op: number, align: number, offset: number): Code => [op, align, ...unsigned(offset)];

/** Operators on 32-bit whole numbers; comparisons are signed. */
export const i32: Operators<
  | "isZero"
  | "equal"
  | "less"
  | "more"
  | "atMost"
  | "atLeast"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "divUnsigned"
  | "rem"
  | "remUnsigned"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
> = {
  isZero: [0x45],
  equal: [0x46],
  less: [0x48],
  more: [0x4a],
  atMost: [0x4c],
  atLeast: [0x4e],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  div: [0x6d],
  divUnsigned: [0x6e],
  rem: [0x6f],
  remUnsigned: [0x70],
  and: [0x71],
  or: [0x72],
  xor: [0x73],
  shl: [0x74],
  shr: [0x76],
};
/** Loads of single numbers, so many bytes behind an address. */
export const load: { readonly [name in "i32" | "f32" | "u8"]: (offset?: number) => Code } = {
  i32: (offset = 0): Code => access(0x28, 2, offset),
  f32: (offset = 0): Code => access(0x2a, 2, offset),
  u8: (offset = 0): Code => access(0x2d, 0, offset),
};
/** Stores of single numbers. */
export const store: { readonly [name in "i32" | "f32"]: (offset?: number) => Code } = {
  i32: (offset = 0): Code => access(0x36, 2, offset),
  f32: (offset = 0): Code => access(0x38, 2, offset),
};
/** Operators on single float32. */
export const f32: Operators<"add" | "sub" | "mul" | "div" | "min" | "max" | "less" | "more" | "equal"> = {
  equal: [0x5b],
  less: [0x5d],
  more: [0x5e],
  add: [0x92],
  sub: [0x93],
  mul: [0x94],
  div: [0x95],
  min: [0x96],
  max: [0x97],
};
/** Atomic operators on words of a shared memory. */
export const atomic: Operators<"load" | "store" | "add" | "wait" | "notify"> = {
  load: [0xfe, 0x10, 2, 0],
  store: [0xfe, 0x17, 2, 0],
  add: [0xfe, 0x1e, 2, 0],
  /** Pops address, expected word and nanoseconds (-1: for ever) as i64; pushes why it woke. */
  wait: [0xfe, 0x01, 2, 0],
  /** Pops address and how many to wake; pushes how many were. */
  notify: [0xfe, 0x00, 2, 0],
};
/** Pushes a 64-bit whole number of 32 bits. */
export const long = (x: number): Code => [0x42, ...signed(x)];

/** Types of parameters, results and local variables. */
export const type: { readonly [name in "i32" | "f32" | "v128"]: number } = {
  i32: 0x7f,
  f32: 0x7d,
  v128: 0x7b,
};

const vector = (op: number, ...immediate: number[]): Code => [0xfd, ...unsigned(op), ...immediate];
const vectorAccess = (op: number, align: number, offset: number): Code =>
  vector(op, align, ...unsigned(offset));

/** Loads and stores of vectors. */
export const vectors: {
  readonly [name in "load" | "store" | "loadSplat" | "loadFirst"]: (offset?: number) => Code;
} & {
  readonly [name in "loadLane" | "storeLane"]: (lane: number, offset?: number) => Code;
} & {
  readonly [name in "laneFloat" | "laneInt" | "replaceInt"]: (lane: number) => Code;
} & {
  /** Lanes of 32 bits of two vectors, 0 to 7. */
  readonly shuffle: (...lanes: readonly [number, number, number, number]) => Code;
} = {
  load: (offset = 0): Code => vectorAccess(0x00, 2, offset),
  store: (offset = 0): Code => vectorAccess(0x0b, 2, offset),
  /** One word into all lanes. */
  loadSplat: (offset = 0): Code => vectorAccess(0x09, 2, offset),
  /** One word into the first lane, and zeros. */
  loadFirst: (offset = 0): Code => vectorAccess(0x5c, 2, offset),
  /** Pops address and vector. */
  loadLane: (lane: number, offset = 0): Code => [...vectorAccess(0x56, 2, offset), lane],
  storeLane: (lane: number, offset = 0): Code => [...vectorAccess(0x5a, 2, offset), lane],
  /** Lanes of 32 bits of two vectors, 0 to 7. */
  shuffle: (...lanes: readonly [number, number, number, number]): Code =>
    vector(0x0d, ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])),
  laneFloat: (lane: number): Code => vector(0x1f, lane),
  laneInt: (lane: number): Code => vector(0x1b, lane),
  replaceInt: (lane: number): Code => vector(0x1c, lane),
};

/** Operators on vectors of 128 bits. */
export const v128: Operators<
  | "load"
  | "store"
  | "counters"
  | "splat"
  | "splatFloat"
  | "not"
  | "and"
  | "andNot"
  | "or"
  | "xor"
  | "select"
  | "any"
  | "shl"
  | "shr"
  | "add"
  | "toFloat"
  | "toSignedFloat"
> = {
  load: vectors.load(),
  store: vectors.store(),
  counters: words(0, 1, 2, 3),
  splat: vector(0x11),
  splatFloat: vector(0x13),
  not: vector(0x4d),
  and: vector(0x4e),
  andNot: vector(0x4f),
  or: vector(0x50),
  xor: vector(0x51),
  /** Pops a, b and a mask: bits of a where the mask has ones. */
  select: vector(0x52),
  any: vector(0x53),
  shl: vector(0xab),
  shr: vector(0xad),
  add: vector(0xae),
  toFloat: vector(0xfb),
  toSignedFloat: vector(0xfa),
};
/** Operators on four 32-bit whole numbers. */
export const i32x4: Operators<
  | "equal"
  | "notEqual"
  | "less"
  | "lessUnsigned"
  | "atMost"
  | "atMostUnsigned"
  | "abs"
  | "neg"
  | "add"
  | "sub"
  | "mul"
  | "min"
  | "minUnsigned"
  | "max"
  | "maxUnsigned"
  | "shl"
  | "shrSigned"
  | "shr"
  | "fromFloat"
  | "fromFloatUnsigned"
  | "widenLow"
  | "widenBytes"
> = {
  equal: vector(0x37),
  notEqual: vector(0x38),
  less: vector(0x39),
  lessUnsigned: vector(0x3a),
  atMost: vector(0x3d),
  atMostUnsigned: vector(0x3e),
  abs: vector(0xa0),
  neg: vector(0xa1),
  shl: vector(0xab),
  shrSigned: vector(0xac),
  shr: vector(0xad),
  add: vector(0xae),
  sub: vector(0xb1),
  mul: vector(0xb5),
  min: vector(0xb6),
  minUnsigned: vector(0xb7),
  max: vector(0xb8),
  maxUnsigned: vector(0xb9),
  /** Towards zero; what does not fit becomes the nearest, NaN becomes 0. */
  fromFloat: vector(0xf8),
  fromFloatUnsigned: vector(0xf9),
  /** The low four of eight unsigned 16-bit numbers. */
  widenLow: vector(0xa9),
  /** The low eight of sixteen unsigned bytes, as 16-bit numbers. */
  widenBytes: vector(0x89),
};
/** Operators on four float32. */
export const f32x4: Operators<
  | "equal"
  | "notEqual"
  | "less"
  | "more"
  | "atMost"
  | "atLeast"
  | "ceil"
  | "floor"
  | "trunc"
  | "nearest"
  | "abs"
  | "neg"
  | "sqrt"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "multiplyAdd"
> = {
  equal: vector(0x41),
  notEqual: vector(0x42),
  less: vector(0x43),
  more: vector(0x44),
  atMost: vector(0x45),
  atLeast: vector(0x46),
  ceil: vector(0x67),
  floor: vector(0x68),
  trunc: vector(0x69),
  nearest: vector(0x6a),
  abs: vector(0xe0),
  neg: vector(0xe1),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  min: vector(0xe8),
  max: vector(0xe9),
  /** a b + c, rounded once or twice; only where `hasFused()`. */
  multiplyAdd: vector(0x105),
};

const section = (id: number, body: Code): number[] => [id, ...unsigned(body.length), ...body];
const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const named = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
};

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
  readonly #functions: number[] = [];
  readonly #bodies: Code[] = [];
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
    return this.#globals.push([...named("m"), ...named(name), 3, type.i32, 0]) - 1;
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
    const code = [...list(used.map(([n, t]) => [...unsigned(n), t])), ...body, ...control.end];
    this.#bodies.push([...unsigned(code.length), ...code]);
    if (exported !== undefined) this.#exports.push([...named(exported), 0, ...unsigned(index)]);
    return index;
  }

  /** The module. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { shared = false, maximum } = this.#memory;
    const limits = maximum === undefined ? [0, 1] : [shared ? 3 : 1, 1, ...unsigned(maximum)];
    const memory = [...named("m"), ...named("m"), 2, ...limits];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list(this.#types.map((t) => t.split(",").map(Number)))),
      ...section(2, list([memory, ...this.#imports, ...this.#globals])),
      ...section(3, list(this.#functions.map(unsigned))),
      ...section(7, list(this.#exports)),
      ...section(10, list(this.#bodies)),
    ]);
  }
}

/** A module with one function `run`, and a memory of at least one page that it imports as `m.m`. */
export function moduleOf(parameters: readonly number[], locals: Locals, body: Code): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.function(parameters, [], locals, body, "run");
  return builder.bytes();
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

const drop: Code = [0x1a];

/**
 * Whether WebAssembly has vectors (SIMD) here.
 *
 * @example
 * hasVectors(); // true
 */
export const hasVectors = (): boolean => WebAssembly.validate(moduleOf([], [], [...v128.counters, ...drop]));

/**
 * Whether WebAssembly has fused multiply-add (relaxed SIMD) here.
 *
 * @example
 * hasFused(); // true on Node 22 and later
 */
export const hasFused = (): boolean =>
  WebAssembly.validate(
    moduleOf([], [], [...v128.counters, ...v128.counters, ...v128.counters, ...f32x4.multiplyAdd, ...drop]),
  );
