const p1 = 0x9e3779b1;
const p2 = 0x85ebca77;
const p3 = 0xc2b2ae3d;
const p4 = 0x27d4eb2f;
const p5 = 0x165667b1;

const turn = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
const round = (sum: number, word: number): number => Math.imul(turn((sum + Math.imul(word, p2)) | 0, 13), p1);

/** xxHash32 with seed 0: a checksum against damage, not against forgery. Reference: Collet, xxHash specification. */
export function xxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length;
  let at = 0;
  let hash = p5;
  if (length >= 16) {
    let [a, b, c, d] = [(p1 + p2) | 0, p2, 0, -p1 | 0];
    for (; at + 16 <= length; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    hash = turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18);
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4)
    hash = Math.imul(turn((hash + Math.imul(view.getInt32(at, true), p3)) | 0, 17), p4);
  for (; at < length; at++) hash = Math.imul(turn((hash + Math.imul(bytes[at]!, p5)) | 0, 11), p1);
  hash = Math.imul(hash ^ (hash >>> 15), p2);
  hash = Math.imul(hash ^ (hash >>> 13), p3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
