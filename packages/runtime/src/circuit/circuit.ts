/** An input bit: 1 where the number at `pixel` of an example is above `above`. */
export type Threshold = readonly [pixel: number, above: number];

/**
 * One of the 16 functions of two bits, and the wires that it reads. Wires 0 to n - 1 are the n thresholds, wire n + i is
 * logic gate i. Written in binary, the operation's digits are its outputs for the inputs 00, 01, 10 and 11: 1 is AND,
 * 6 XOR, 7 OR, 3 the first input, 12 its inverse.
 */
export type LogicGate = readonly [operation: number, a: number, b: number];

/** A class: its score is how many of its wires are 1 (one that is listed twice counts twice), plus a constant. */
export interface CircuitClass {
  readonly wires: readonly number[];
  readonly plus?: number;
}

/** A network of logic gates as a netlist: choices only, no weights. The class with the highest score wins, the first of equals. */
export interface Circuit {
  /** Length of one example. */
  readonly inputs: number;
  readonly thresholds: readonly Threshold[];
  readonly gates: readonly LogicGate[];
  readonly classes: readonly CircuitClass[];
  /** What the file says of itself: JSON. */
  readonly meta?: { readonly [key: string]: unknown };
}

/** The output of a logic operation for two bits. */
export const logicOutput = (operation: number, a: number, b: number): number =>
  (operation >> (3 - 2 * a - b)) & 1;

/** Whether the output depends on the first and on the second input. */
export function inputsRead(operation: number): readonly [a: boolean, b: boolean] {
  const [f00, f01, f10, f11] = [8, 4, 2, 1].map((digit) => (operation & digit) !== 0);
  return [f00 !== f10 || f01 !== f11, f00 !== f01 || f10 !== f11];
}

/** The names of the 16 operations, in order. */
export const operationNames: readonly string[] = [
  "0",
  "a and b",
  "a and not b",
  "a",
  "not a and b",
  "b",
  "a xor b",
  "a or b",
  "a nor b",
  "a xnor b",
  "not b",
  "a or not b",
  "not a",
  "not a or b",
  "a nand b",
  "1",
];
