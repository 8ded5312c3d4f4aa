/**
 * `count` styles on the great circle from style a to style b, both ends included, one after another:
 * `r (sin((1-t) w) a/|a| + sin(t w) b/|b|) / sin(w)`, w the angle between them, r the length, which goes evenly from
 * |a| to |b|. On a straight line they would be shorter in the middle than any style that is drawn.
 *
 * @throws RangeError for styles of different lengths, and for fewer than two steps.
 * @example
 * const [three, eight] = [3, 8].map((number) => generator.styles(1, seed, number));
 * const pictures = await generator.decode(7, morph(three, eight, 12));
 */
export function morph(a: Float32Array, b: Float32Array, count: number): Float32Array {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(`morph: styles of ${a.length} and ${b.length} numbers; give two of one generator.`);
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`morph: count must be a whole number from 2 on, not ${count}.`);
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  const cosine = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (lengthA * lengthB || 1);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const flat = Math.sin(angle) < 1e-6; // the same or opposite directions: no circle is defined
  const styles = new Float32Array(count * a.length);
  for (let n = 0; n < count; n++) {
    const t = n / (count - 1);
    const length = (1 - t) * lengthA + t * lengthB;
    const partA = flat ? 1 - t : (Math.sin((1 - t) * angle) / Math.sin(angle)) * (length / (lengthA || 1));
    const partB = flat ? t : (Math.sin(t * angle) / Math.sin(angle)) * (length / (lengthB || 1));
    for (let i = 0; i < a.length; i++) styles[n * a.length + i] = partA * a[i]! + partB * b[i]!;
  }
  return styles;
}
