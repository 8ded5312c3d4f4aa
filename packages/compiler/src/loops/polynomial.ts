import { type Code, get, int } from "@hardgrad/onnx/graph";
import type { Writer } from "../writer.ts";

export const shift = (by: number, op: Code): Code => [...int(by), ...op];

/** `c0 x^n + ... + cn`, left on the stack. */
export function polynomial(w: Writer, x: number, coefficients: readonly number[]): void {
  w.emit(w.number(coefficients[0]!));
  for (const c of coefficients.slice(1)) {
    w.emit(get(x));
    w.multiplyAdd(w.number(c));
  }
}
