/** Instructions as bytes: the little of WebAssembly's binary format that kernels need. */
export type Code = readonly number[];
/** Instructions by name. */
export type Operators<Name extends string> = { readonly [name in Name]: Code };

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
export const f32: Operators<"add" | "mul"> = {
  add: [0x92],
  mul: [0x94],
};
/** Atomic operators on words of a shared memory. */
export const atomic: Operators<"load" | "store" | "add" | "notify"> = {
  load: [0xfe, 0x10, 2, 0],
  store: [0xfe, 0x17, 2, 0],
  add: [0xfe, 0x1e, 2, 0],
  /** Pops address and how many to wake; pushes how many were. */
  notify: [0xfe, 0x00, 2, 0],
};

/** Types of parameters, results and local variables. */
export const type: { readonly [name in "i32" | "f32" | "v128"]: number } = {
  i32: 0x7f,
  f32: 0x7d,
  v128: 0x7b,
};
