import { isFloat, type Value } from "../ir/types.ts";
import { type Lowering, type Lowerings, pair, result, Unsupported } from "./context.ts";

const bitCombine: Lowering = (c) => {
  const [x, y] = pair(c);
  const { op } = c.eqn.params as { op: "and" | "or" | "xor" };
  const name = { and: "And", or: "Or", xor: "Xor" }[op];
  return result(c, c.b.emit(x.dtype === "bool" ? name : `Bitwise${name}`, [x, y]));
};

const bitShift: Lowering = (c) => {
  const { b } = c;
  const [x, y] = [c.inputs[0]!.value, c.inputs[1]!.value];
  const direction = (c.eqn.params.op as string) === "shl" ? "LEFT" : "RIGHT";
  // By the low five bits, as WebAssembly shifts; ONNX leaves more open.
  const by = b.cast(y, "uint32");
  const low = y.data?.every((n) => n >= 0 && n < 32)
    ? by
    : b.emit("BitwiseAnd", [by, b.scalar("uint32", 31)]);
  const shifted = b.emit("BitShift", [b.cast(x, "uint32"), low], { direction });
  return result(c, b.cast(shifted, x.dtype));
};

/** Ones in a word, by adding neighbours: pairs, fours, eights, and all by one product. */
const bitCount: Lowering = (c) => {
  const { b } = c;
  const word = b.cast(c.inputs[0]!.value, "uint32");
  const shifted = (x: Value, by: number): Value =>
    b.emit("BitShift", [x, b.scalar("uint32", by)], { direction: "RIGHT" });
  const masked = (x: Value, mask: number): Value => b.emit("BitwiseAnd", [x, b.scalar("uint32", mask)]);
  const on = (op: string, x: Value, y: Value): Value =>
    b.cast(b.emit(op, [b.cast(x, "int32"), b.cast(y, "int32")]), "uint32");
  const pairs = on("Sub", word, masked(shifted(word, 1), 0x55555555));
  const fours = on("Add", masked(pairs, 0x33333333), masked(shifted(pairs, 2), 0x33333333));
  const eights = masked(on("Add", fours, shifted(fours, 4)), 0x0f0f0f0f);
  const sum = shifted(on("Mul", eights, b.scalar("uint32", 0x01010101)), 24);
  return result(c, b.cast(sum, "int32"));
};

const bitcast: Lowering = (c) => {
  const x = c.inputs[0]!.value;
  const { dtype } = c.eqn.params as { dtype: Value["dtype"] };
  if (isFloat(x.dtype) !== isFloat(dtype))
    throw new Unsupported(`bitcast from ${x.dtype} to ${dtype} has no ONNX operator`);
  return result(c, c.b.cast(x, dtype));
};

export const bits: Lowerings = { bit_combine: bitCombine, bit_shift: bitShift, bit_count: bitCount, bitcast };
