import {
  branch,
  branchIf,
  type Code,
  control,
  float,
  get,
  i32,
  int,
  set,
  type,
} from "../wasm/instructions.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { f32x4, v128, vectors } from "../wasm/vectors.ts";

/** What becomes of a random word. */
export const NoiseForm = {
  word: 0,
  /** `(word >> 9) 2^-23 + offset` */
  plain: 1,
  /** `(word + 1/2) 2^-32`, the word signed */
  wrapped: 2,
} as const;

export type Fill = (
  k0: number,
  k1: number,
  from: number,
  to: number,
  address: number,
  form: number,
  offset: number,
) => void;

let kernel: WebAssembly.Module | undefined;

/** The kernel on a memory. */
export function simdFill(memory: WebAssembly.Memory): Fill {
  if (!kernel) {
    const builder = new ModuleBuilder();
    noiseFunction(builder, "fill");
    kernel = new WebAssembly.Module(builder.bytes());
  }
  return new WebAssembly.Instance(kernel, { m: { m: memory } }).exports.fill as Fill;
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** Vectors that are made at once: so many that the processor always has something to do. */
const together = 2;

/**
 * Adds a function that draws by Threefry-2x32, four counters in a vector, the bits of `threefry.ts`:
 *
 *     (k0, k1, from, to, address, form, offset)
 *
 * Words `from` to `to` of a key, both multiples of 4, go to their places in an array at the address: as they are, or as
 * float32 (see `NoiseForm`).
 */
export function noiseFunction(builder: ModuleBuilder, exported?: string): number {
  const [k0, k1, done, end, address, form, offset] = [0, 1, 2, 3, 4, 5, 6];
  const parameters = [...Array.from({ length: 6 }, () => type.i32), type.f32];
  const [counter, a, b, c, first] = [7, 8, 9, 10, 11];
  const pairs = Array.from({ length: together }, (_, n) => [first + 5 + 2 * n, first + 6 + 2 * n] as const);
  const third: Code = [...get(k0), ...get(k1), ...i32.xor, ...int(0x1bd11bda), ...i32.xor];
  const words: readonly Code[] = [get(k0), get(k1), third];
  const key = [a, b, c];
  const code: number[] = [];
  const emit = (...parts: Code[]): void => {
    for (const part of parts) code.push(...part);
  };
  // Each group of four rounds adds one word of the key to x, and the next one and the group's number to y.
  words.forEach((word, i) => {
    emit(word, v128.splat, set(key[i]!));
  });
  for (let group = 0; group < 5; group++)
    emit(words[(group + 2) % 3]!, int(group + 1), i32.add, v128.splat, set(first + group));
  emit(v128.counters, get(b), v128.add, get(done), v128.splat, v128.add, set(counter));
  emit(get(address), get(done), int(2), i32.shl, i32.add, set(address));

  const turn = (made: readonly (readonly [x: number, y: number])[]): void => {
    made.forEach(([x, y], n) => {
      emit(get(a), set(x), get(counter));
      if (n > 0) emit(int(4 * n), v128.splat, v128.add);
      emit(set(y));
    });
    for (let group = 0; group < 5; group++) {
      for (const r of rotations[group % 2]!) {
        for (const [x, y] of made) emit(get(x), get(y), v128.add, set(x));
        for (const [x, y] of made)
          emit(get(y), int(r), v128.shl, get(y), int(32 - r), v128.shr, v128.or, get(x), v128.xor, set(y));
      }
      for (const [x, y] of made) {
        emit(get(x), get(key[(group + 1) % 3]!), v128.add, set(x));
        emit(get(y), get(first + group), v128.add, set(y));
      }
    }
    for (const [x, y] of made) emit(get(x), get(y), v128.xor, set(x));
    emit(get(form), int(NoiseForm.plain), i32.and, control.if);
    for (const [x] of made) {
      emit(get(x), int(9), v128.shr, v128.toFloat, float(2 ** -23), v128.splatFloat);
      emit(f32x4.mul, get(offset), v128.splatFloat, f32x4.add, set(x));
    }
    emit(control.end, get(form), int(NoiseForm.wrapped), i32.and, control.if);
    for (const [x] of made) {
      emit(get(x), v128.toSignedFloat, float(0.5), v128.splatFloat, f32x4.add);
      emit(float(2 ** -32), v128.splatFloat, f32x4.mul, set(x));
    }
    emit(control.end);
    made.forEach(([x], n) => {
      emit(get(address), get(x), vectors.store(16 * n));
    });
    const size = 4 * made.length;
    emit(get(counter), int(size), v128.splat, v128.add, set(counter));
    emit(get(address), int(4 * size), i32.add, set(address), get(done), int(size), i32.add, set(done));
  };
  for (const made of [pairs, pairs.slice(0, 1)]) {
    emit(
      control.block,
      control.loop,
      get(done),
      int(4 * made.length),
      i32.add,
      get(end),
      i32.more,
      branchIf(1),
    );
    turn(made);
    emit(branch(0), control.end, control.end);
  }
  return builder.function(parameters, [], [[5 + 4 + 2 * together, type.v128]], code, exported);
}
