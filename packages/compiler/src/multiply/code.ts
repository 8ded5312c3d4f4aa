import {
  branch,
  branchIf,
  type Code,
  control,
  get,
  i32,
  int,
  type Locals,
  select,
  set,
  type,
} from "@hardgrad/onnx/graph";

/** Expressions and statements on 32-bit whole numbers, as instructions. */
type Operand = Code | number;
/** A number stands for the local variable of that index; `int(x)` for the number x. */
const push = (x: Operand): Code => (typeof x === "number" ? get(x) : x);
const binary =
  (operator: Code) =>
  (a: Operand, b: Operand): Code => [...push(a), ...push(b), ...operator];

export const add: (a: Operand, b: Operand) => Code = binary(i32.add);
export const sub: (a: Operand, b: Operand) => Code = binary(i32.sub);
export const mul: (a: Operand, b: Operand) => Code = binary(i32.mul);
export const div: (a: Operand, b: Operand) => Code = binary(i32.div);
export const and: (a: Operand, b: Operand) => Code = binary(i32.and);
export const or: (a: Operand, b: Operand) => Code = binary(i32.or);
export const equal: (a: Operand, b: Operand) => Code = binary(i32.equal);
export const less: (a: Operand, b: Operand) => Code = binary(i32.less);
export const atMost: (a: Operand, b: Operand) => Code = binary(i32.atMost);
export const not = (a: Operand): Code => [...push(a), ...i32.isZero];
/** a / b, rounded up. */
export const ceilDiv = (a: Operand, b: number): Code => div(add(a, int(b - 1)), int(b));

export const assign = (local: number, value: Operand): Code => [...push(value), ...set(local)];
export const increase = (local: number, by: Operand): Code => assign(local, add(local, by));

/** All instructions one after another. */
export const all = (...parts: readonly Code[]): Code => parts.flat();

export function when(condition: Operand, then: Code, otherwise: Code = []): Code {
  const rest = otherwise.length > 0 ? [...control.else, ...otherwise] : [];
  return [...push(condition), ...control.if, ...then, ...rest, ...control.end];
}

/** Picks one of two numbers; both are computed. */
export const pick = (condition: Operand, yes: Operand, no: Operand): Code => [
  ...push(yes),
  ...push(no),
  ...push(condition),
  ...select,
];
export const smaller = (a: Operand, b: Operand): Code => pick(less(a, b), a, b);

export const repeatWhile = (condition: Code, body: Code): Code => [
  ...control.block,
  ...control.loop,
  ...condition,
  ...i32.isZero,
  ...branchIf(1),
  ...body,
  ...branch(0),
  ...control.end,
  ...control.end,
];

/** Hands out a function's local variables. */
export class Variables {
  readonly #parameters: number;
  readonly #types: number[] = [];

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  int(): number {
    return this.#of(type.i32);
  }

  float(): number {
    return this.#of(type.f32);
  }

  vectors(count: number): number[] {
    return Array.from({ length: count }, () => this.#of(type.v128));
  }

  #of(kind: number): number {
    return this.#parameters + this.#types.push(kind) - 1;
  }

  get locals(): Locals {
    return this.#types.map((t) => [1, t] as const);
  }
}
