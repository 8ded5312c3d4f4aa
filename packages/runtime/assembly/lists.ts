/** How many of the `n` numbers are not zero. */
export function countNonZeros(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  let sums = i32x4.splat(0);
  const whole = x + ((<usize>(n & ~3)) << 2);
  const end = x + ((<usize>n) << 2);
  for (; x < whole; x += 16) sums = i32x4.sub(sums, f32x4.ne(v128.load(x), zero));
  let count =
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) if (load<f32>(x) !== 0) count++;
  return count;
}

/** For each mask of four lanes: the lanes that are set, first to last, one byte each. */
const lanes = memory.data<u32>([
  0x0, 0x0, 0x1, 0x100, 0x2, 0x200, 0x201, 0x20100, 0x3, 0x300, 0x301, 0x30100, 0x302, 0x30200, 0x30201,
  0x3020100,
]);

/**
 * Writes the positions of the numbers that are not zero, times 2^shift, and returns how many they are. Four positions are
 * always written; the next ones overwrite those that do not count.
 */
export function nonZeros(x: usize, n: i32, list: usize, shift: i32): i32 {
  const zero = f32x4.splat(0);
  const start = list;
  const step = i32x4.splat(4 << shift);
  const whole = x + ((<usize>(n & ~3)) << 2);
  const end = x + ((<usize>n) << 2);
  let at = i32x4.splat(0);
  for (; x < whole; x += 16) {
    const mask = i32x4.bitmask(f32x4.ne(v128.load(x), zero));
    const set = i32x4.extend_low_i16x8_u(
      i16x8.extend_low_i8x16_u(v128.load32_zero(lanes + ((<usize>mask) << 2))),
    );
    v128.store(list, i32x4.add(at, i32x4.shl(set, shift)));
    list += (<usize>popcnt(mask)) << 2;
    at = i32x4.add(at, step);
  }
  for (let i = n & ~3; x < end; x += 4, i++) {
    if (load<f32>(x) === 0) continue;
    store<u32>(list, i << shift);
    list += 4;
  }
  return <i32>((list - start) >> 2);
}

/** Gathers the listed numbers; `offsets` are 128 times their positions. */
export function gather(x: usize, offsets: usize, count: i32, values: usize): void {
  for (let i = 0; i < count; i++, offsets += 4, values += 4)
    store<f32>(values, load<f32>(x + (load<u32>(offsets) >> 5)));
}

/** Widens a list of gates to the panels they open. */
export function panelsOf(gates: usize, count: i32, block: i32, panels: i32, list: usize): i32 {
  const start = list;
  for (let i = 0; i < count; i++, gates += 4) {
    const first = load<u32>(gates) * block;
    const end = min<u32>(first + block, panels);
    for (let p = first; p < end; p++, list += 4) store<u32>(list, p);
  }
  return <i32>((list - start) >> 2);
}
