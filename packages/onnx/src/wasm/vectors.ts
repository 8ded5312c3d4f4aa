import { type Code, type Operators, unsigned } from "./instructions.ts";

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

/** Pushes four words. */
export const words = (...x: readonly [number, number, number, number]): Code =>
  vector(0x0c, ...new Uint8Array(Int32Array.from(x).buffer));
/** Operators on vectors of 128 bits. */
export const v128: Operators<
  | "counters"
  | "splat"
  | "splatFloat"
  | "not"
  | "and"
  | "andNot"
  | "or"
  | "xor"
  | "select"
  | "selectLanes"
  | "shl"
  | "shr"
  | "add"
  | "toFloat"
  | "toSignedFloat"
> = {
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
  /** The same for masks whose lanes are all ones or all zeros, in one instruction; only where `hasFused()`. */
  selectLanes: vector(0x10b),
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
  | "least"
  | "most"
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
  /** `b < a ? b : a`, so a where one is NaN: one instruction, where `min` is five. */
  least: vector(0xea),
  /** `a < b ? b : a` */
  most: vector(0xeb),
  /** a b + c, rounded once or twice; only where `hasFused()`. */
  multiplyAdd: vector(0x105),
};
