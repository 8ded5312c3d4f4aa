import { numpy as np } from "@jax-js/jax";
import type { Backend } from "../contract/backend.ts";
import { greyValues } from "../nn/normalize.ts";

/** Pictures of a block on either side. */
const ASKED = 500;
const BLOCK = 2000;

/**
 * The distance of every picture to the nearest of some images: root of the summed squares of differences of grey values
 * in [0, 1]. `[count * size]` in 0..255 both.
 */
export async function nearestDistances(
  pictures: Uint8Array,
  images: Uint8Array,
  size: number,
  backend: Backend,
  onProgress: (part: number) => Promise<void> | void = () => {},
): Promise<Float64Array> {
  const count = pictures.length / size;
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  // |a|^2 - 2 a b + |b|^2: the squares differ little near 0, so float32 is off by about 0.01 there.
  const program = backend.evaluate(({ asked }, { block }) => {
    const a = greyValues(asked!);
    const b = greyValues(block!);
    const own = np.sum(np.square(a.ref), -1);
    const others = np.sum(np.square(b.ref), -1);
    return { squares: own.add(np.min(others.sub(np.matmul(a, np.transpose(b)).mul(2)), -1)) };
  });
  const total = images.length / size;
  for (let from = 0; from < count; from += ASKED) {
    const asked = filled(pictures, from, ASKED, size);
    const resident = backend.put({
      asked: { shape: [ASKED, size], data: Float32Array.from(asked) },
    });
    for (let at = 0; at < total; at += BLOCK) {
      const block = { shape: [BLOCK, size], data: filled(images, at, BLOCK, size) };
      const { squares } = await program(resident, { block });
      for (let n = 0; n < Math.min(ASKED, count - from); n++) {
        const distance = Math.sqrt(Math.max(0, squares!.data[n]!));
        if (distance < nearest[from + n]!) nearest[from + n] = distance;
      }
      await onProgress(
        (from + (Math.min(ASKED, count - from) * Math.min(at + BLOCK, total)) / total) / count,
      );
    }
    resident.dispose();
  }
  return nearest;
}

/** Rows from a start; beyond the last its copies, which change no minimum. */
function filled(rows: Uint8Array, start: number, count: number, size: number): Uint8Array {
  const block = new Uint8Array(count * size);
  const there = rows.subarray(start * size, (start + count) * size);
  block.set(there);
  const last = there.subarray(there.length - size);
  for (let at = there.length; at < block.length; at += size) block.set(last, at);
  return block;
}
