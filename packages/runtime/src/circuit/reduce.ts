import { inputsRead, type LogicGate } from "./circuit.ts";

/** A wire or its inverse: twice the wire, plus 1 for the inverse. Constants are negative. */
export type Literal = number;
export const FALSE: Literal = -2;
export const TRUE: Literal = -1;
export const wireOf = (literal: Literal): number => literal >> 1;
export const signOf = (literal: Literal): boolean => (literal & 1) === 1;

/** A logic gate that needs both its inputs and gives 0 for 00, and whether its inverse is meant. */
export interface ReducedGate {
  readonly gate: LogicGate;
  readonly inverted: boolean;
}

/** Constants: an input that is known leaves a function of the other; both rows of it are made equal. */
export function fixInput(operation: number, input: "a" | "b", value: boolean): number {
  if (input === "a") {
    const row = value ? operation & 3 : operation >> 2;
    return (row << 2) | row;
  }
  const column = value ? operation & 5 : (operation >> 1) & 5;
  return (column << 1) | column;
}

/** Inverters: the function that gives, for a signal, what `operation` gives for its inverse. */
export const invertInput = (operation: number, input: "a" | "b"): number =>
  input === "a" ? ((operation & 3) << 2) | (operation >> 2) : ((operation & 5) << 1) | ((operation >> 1) & 5);

/** Both inputs are the same wire: a function of the first. */
export function mergeInputs(operation: number): number {
  const [zero, one] = [operation >> 3, operation & 1];
  return zero * 12 + one * 3;
}

/** The function with its inputs exchanged. */
export const swapInputs = (operation: number): number =>
  (operation & 9) | ((operation & 4) >> 1) | ((operation & 2) << 1);

/** A logic gate on literals as a literal, where it is a constant, a wire or an inverse, else in its one normal form. */
export function reduceGate(operation: number, a: Literal, b: Literal): Literal | ReducedGate {
  let table = operation;
  if (a < 0) table = fixInput(table, "a", a === TRUE);
  else if (signOf(a)) table = invertInput(table, "a");
  if (b < 0) table = fixInput(table, "b", b === TRUE);
  else if (signOf(b)) table = invertInput(table, "b");
  const [left, right] = [wireOf(a), wireOf(b)];
  if (a >= 0 && left === right) table = mergeInputs(table);
  const [readsA, readsB] = inputsRead(table);
  if (!readsA && !readsB) return table === 0 ? FALSE : TRUE;
  const inverted = table >= 8;
  if (!readsB) return 2 * left + (inverted ? 1 : 0);
  if (!readsA) return 2 * right + (inverted ? 1 : 0);
  const upright = inverted ? 15 - table : table;
  const gate: LogicGate = left < right ? [upright, left, right] : [swapInputs(upright), right, left];
  return { gate, inverted };
}
