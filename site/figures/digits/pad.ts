import type { Drawer } from "./drawer.ts";
import { slantOf, weightOf } from "./measure.ts";
import { LENGTH, REACH, SLOPE } from "./pad-numbers.ts";

/**
 * A pad of styles is a patch of a sphere. A style is standard normal noise of n numbers, so nearly all styles are about
 * sqrt(n) from 0; on a flat pad the middle would be unlike any style that is drawn.
 */
export interface Pad {
  /** The style of a digit at a place of the pad, x and y from -1 to 1. */
  style(digit: number, x: number, y: number): Float32Array;
}

type Vector = Float64Array;

/** The pad spanned by two directions for each digit. */
function padOf(centre: Vector, directions: (digit: number) => readonly [Vector, Vector]): Pad {
  const radius = length(centre);
  return {
    style(digit, x, y) {
      const [u, v] = directions(digit);
      const point = centre.map((c, i) => c + REACH * radius * (x * u[i]! + y * v[i]!));
      const scale = radius / length(point);
      return Float32Array.from(point, (value) => value * scale);
    },
  };
}

/** Two directions at random, the same for all digits. `noise` is three styles. */
export function randomPad(noise: Float32Array): Pad {
  const [centre, u, v] = cornerOf(noise);
  return padOf(centre, () => [u, v]);
}

/** To the right the slant, upwards the weight: for each digit the directions in which they grow fastest. */
export async function slantPad(drawer: Drawer): Promise<Pad> {
  const [centre, ...spare] = cornerOf(drawer.noise);
  const size = centre.length;
  const moved = Array.from({ length: 2 * size }, (_, k) => {
    const style = Float32Array.from(centre);
    style[k >> 1]! += k % 2 === 0 ? SLOPE : -SLOPE;
    return style;
  });
  const digits = drawer.digits.flatMap((digit) => moved.map(() => digit));
  const pictures = await drawer.decode(digits, joined(digits.map((_, n) => moved[n % moved.length]!)));
  const found = drawer.digits.map((digit, k) => {
    const slopes = (of: (pixels: Uint8Array) => number): Vector =>
      Float64Array.from({ length: size }, (_, i) => {
        const at = k * moved.length + 2 * i;
        return of(pictures[at]!) - of(pictures[at + 1]!);
      });
    const u = direction(slopes(slantOf), [centre], spare[0]!);
    const v = direction(slopes(weightOf), [centre, u], spare[1]!);
    return [digit, [u, v]] as const;
  });
  const directions = new Map<number, readonly [Vector, Vector]>(found);
  return padOf(centre, (digit) => directions.get(digit)!);
}

/** The middle of the pad, and two directions at right angles to it and to each other. */
function cornerOf(noise: Float32Array): readonly [Vector, Vector, Vector] {
  const size = noise.length / 3;
  const [a, b, c] = [0, 1, 2].map((n) => Float64Array.from(noise.subarray(n * size, (n + 1) * size)));
  const scale = (LENGTH * Math.sqrt(size)) / length(a!);
  const centre = a!.map((value) => value * scale);
  const first = axis(size, 0);
  const u = direction(b!, [centre], first);
  return [centre, u, direction(c!, [centre, u], axis(size, 1))];
}

/** A vector without its parts along others, of length 1; another where nothing is left. */
function direction(vector: Vector, without: readonly Vector[], otherwise: Vector): Vector {
  let rest = vector;
  for (const other of without) {
    const part = dot(rest, other) / (dot(other, other) || 1);
    rest = rest.map((value, i) => value - part * other[i]!);
  }
  const size = length(rest);
  return size > 1e-9 ? rest.map((value) => value / size) : otherwise;
}

const axis = (size: number, at: number): Vector =>
  Float64Array.from({ length: size }, (_, i) => (i === at ? 1 : 0));
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const length = (a: Vector): number => Math.sqrt(dot(a, a));

/** Styles one after another. */
export function joined(styles: readonly Float32Array[]): Float32Array {
  const size = styles[0]?.length ?? 0;
  const all = new Float32Array(styles.length * size);
  for (const [n, style] of styles.entries()) all.set(style, n * size);
  return all;
}
