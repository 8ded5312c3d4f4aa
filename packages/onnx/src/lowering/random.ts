import type { Builder } from "../ir/builder.ts";
import { size, type Value } from "../ir/types.ts";
import type { Mode } from "../random/threefry.ts";
import { type Context, type Lowering, type Lowerings, result } from "./context.ts";
import { filled } from "./lazy.ts";

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/**
 * Threefry-2x32 in ONNX operators. Words are int32, because onnxruntime adds no uint32; both wrap to the same bits.
 */
function threefry(b: Builder, keys: readonly [Value, Value], counter: Value): readonly [Value, Value] {
  const [k0, k1] = [b.cast(keys[0], "int32"), b.cast(keys[1], "int32")];
  const add = (x: Value, y: Value): Value => b.emit("Add", [x, y]);
  const xor = (x: Value, y: Value): Value => b.emit("BitwiseXor", [x, y]);
  const k2 = xor(xor(k0, k1), b.scalar("int32", 0x1bd11bda));
  const schedule = [k0, k1, k2];
  let [x, y] = [k0, add(counter, k1)];
  for (let group = 0; group < 5; group++) {
    for (const r of rotations[group % 2]!) {
      x = add(x, y);
      y = xor(rotated(b, y, r), x);
    }
    x = add(x, schedule[(group + 1) % 3]!);
    y = add(y, add(schedule[(group + 2) % 3]!, b.scalar("int32", group + 1)));
  }
  return [x, y];
}

function rotated(b: Builder, x: Value, r: number): Value {
  const bits = b.cast(x, "uint32");
  const left = b.emit("BitShift", [bits, b.scalar("uint32", r)], { direction: "LEFT" });
  const right = b.emit("BitShift", [bits, b.scalar("uint32", 32 - r)], { direction: "RIGHT" });
  return b.cast(b.emit("BitwiseOr", [left, right]), "int32");
}

function bits(c: Context): Value {
  const { b } = c;
  const { shape, mode } = c.eqn.params as { shape: number[]; mode: Mode };
  const [k0, k1] = c.inputs.map((x) => filled(b, x)) as [Value, Value];
  const own = shape.slice(k0.shape.length);
  const limit = size(own);
  const bounds = [0, limit, 1].map((x) => b.scalar("int32", x));
  const counter = b.reshape(b.emit("Range", bounds, { limit }), own);
  const spread = (k: Value): Value => b.reshape(k, [...k.shape, ...own.map(() => 1)]);
  const [x, y] = threefry(b, [spread(k0), spread(k1)], counter);
  const word = mode === "xor" ? b.emit("BitwiseXor", [x, y]) : mode === 0 ? x : y;
  return b.cast(word, "uint32");
}

const randomBits: Lowering = (c) => result(c, bits(c));

/** `(bits >> 9) 2^-23 + offset`, or wrapped `(bits + 1/2) 2^-32` of signed bits; see `random/uniform.ts`. */
const uniform: Lowering = (c) => {
  const { b } = c;
  const { offset, wrapped } = c.eqn.params as { offset: number; wrapped?: boolean };
  if (wrapped) {
    const signed = b.cast(b.cast(bits(c), "int32"), "float32");
    const middle = b.emit("Add", [signed, b.scalar("float32", 0.5)]);
    return result(c, b.emit("Mul", [middle, b.scalar("float32", 2 ** -32)]));
  }
  const high = b.emit("BitShift", [bits(c), b.scalar("uint32", 9)], { direction: "RIGHT" });
  const unit = b.emit("Mul", [b.cast(high, "float32"), b.scalar("float32", 2 ** -23)]);
  return result(c, offset === 0 ? unit : b.emit("Add", [unit, b.scalar("float32", offset)]));
};

export const random: Lowerings = { random_bits: randomBits, uniform };
