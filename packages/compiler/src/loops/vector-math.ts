import { type Code, f32x4, get, i32x4, int, set, v128, words } from "@hardgrad/onnx/graph";
import type { Writer } from "../writer.ts";

/** Pushes four times a number; constants of a loop are kept by the caller. */
export type Splat = (x: number) => Code;

const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!;
export const splat: Splat = (x) => words(bitsOf(x), bitsOf(x), bitsOf(x), bitsOf(x));
export const splatInt: Splat = (x) => words(x, x, x, x);
const shift = (by: number, op: Code): Code => [...int(by), ...op];

/**
 * Functions of four float32, to about one unit in the last place: each takes a variable, and leaves its result on the
 * stack. Range reductions and polynomials are those of Moshier's Cephes library (single precision).
 */
export interface VectorMath {
  readonly [name: string]: (w: Writer, x: number, k: Splat) => void;
}

/** `c0 x^n + ... + cn`, left on the stack. */
function polynomial(w: Writer, x: number, coefficients: readonly number[], k: Splat): void {
  w.emit(k(coefficients[0]!));
  for (const c of coefficients.slice(1)) w.emit(get(x), f32x4.mul, k(c), f32x4.add);
}

function exp(w: Writer, x: number, k: Splat): void {
  // Beyond these it overflows, and is below half of the least positive number.
  const r = w.keep(get(x), k(89), f32x4.min, k(-104), f32x4.max);
  const n = w.keep(get(r), k(Math.LOG2E), f32x4.mul, f32x4.nearest);
  w.emit(get(r), get(n), k(0.693359375), f32x4.mul, f32x4.sub);
  w.emit(get(n), k(-2.1219444e-4), f32x4.mul, f32x4.sub, set(r));
  w.emit(get(n), i32x4.fromFloat, set(n));
  polynomial(
    w,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
    k,
  );
  w.emit(get(r), f32x4.mul, get(r), f32x4.mul, get(r), f32x4.add, k(1), f32x4.add, set(r));
  // 2^n by two factors, so that what is denormal is right.
  const half = w.keep(get(n), shift(1, i32x4.shrSigned));
  const power = (v: number): Code => [...get(v), ...splatInt(127), ...i32x4.add, ...shift(23, i32x4.shl)];
  w.emit(get(r), power(half), f32x4.mul, get(n), get(half), i32x4.sub, set(n), power(n), f32x4.mul);
  w.release(r, n, half);
}

function log(w: Writer, x: number, k: Splat): void {
  const least = 1.17549435e-38;
  const tiny = w.keep(get(x), k(least), f32x4.less);
  const m = w.keep(get(x), k(2 ** 23), f32x4.mul, get(x), get(tiny), v128.select);
  // Exponent and fraction of m, which lies in [1/2, 1).
  const e = w.keep(get(m), shift(23, i32x4.shr), splatInt(126), i32x4.sub);
  w.emit(get(e), get(tiny), splatInt(23), v128.and, i32x4.sub, v128.toSignedFloat, set(e));
  w.emit(get(m), splatInt(0x007fffff), v128.and, splatInt(0x3f000000), v128.or, set(m));
  const low = w.keep(get(m), k(Math.SQRT1_2), f32x4.less);
  w.emit(get(e), get(low), k(1), v128.and, f32x4.sub, set(e));
  w.emit(get(m), get(low), get(m), v128.and, f32x4.add, k(1), f32x4.sub, set(m));
  const z = w.keep(get(m), get(m), f32x4.mul);
  polynomial(
    w,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
    k,
  );
  w.emit(get(m), f32x4.mul, get(z), f32x4.mul, get(e), k(-2.1219444e-4), f32x4.mul, f32x4.add);
  w.emit(get(z), k(0.5), f32x4.mul, f32x4.sub, get(m), f32x4.add);
  w.emit(get(e), k(0.693359375), f32x4.mul, f32x4.add, set(m));
  // 0 gives -Infinity, below 0 and NaN give NaN, Infinity gives itself.
  w.emit(k(Number.NEGATIVE_INFINITY), get(m), get(x), k(0), f32x4.equal, v128.select, set(m));
  w.emit(get(x), get(m), get(x), k(Number.POSITIVE_INFINITY), f32x4.equal, v128.select, set(m));
  w.emit(get(m), k(Number.NaN), get(x), k(0), f32x4.atLeast, v128.select);
  w.release(tiny, m, e, low, z);
}

/** log(1 + x): the rounding of 1 + x is taken back to first order. */
function log1p(w: Writer, x: number, k: Splat): void {
  const s = w.keep(get(x), k(1), f32x4.add);
  log(w, s, k);
  w.emit(get(x), get(s), k(1), f32x4.sub, f32x4.sub, get(s), f32x4.div);
  // At -1 and Infinity there is nothing to take back.
  const plain = w.keep(get(s), k(0), f32x4.equal, get(s), k(Number.POSITIVE_INFINITY), f32x4.equal, v128.or);
  w.emit(get(plain), v128.andNot, f32x4.add);
  w.release(s, plain);
}

/** A ratio of polynomials, as in Eigen and XLA; beyond 7.9 it is 1 in float32. */
function tanh(w: Writer, x: number, k: Splat): void {
  const a = w.keep(get(x), k(7.905311107635498), f32x4.min, k(-7.905311107635498), f32x4.max);
  const z = w.keep(get(a), get(a), f32x4.mul);
  polynomial(
    w,
    z,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
    k,
  );
  w.emit(get(a), f32x4.mul);
  polynomial(w, z, [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3], k);
  const ratio = w.keep(f32x4.div);
  // Where it is x to the last bit.
  w.emit(get(x), get(ratio), get(x), f32x4.abs, k(4e-4), f32x4.less, v128.select);
  w.release(a, z, ratio);
}

function sigmoid(w: Writer, x: number, k: Splat): void {
  const e = w.keep(get(x), f32x4.abs, f32x4.neg);
  exp(w, e, k);
  w.emit(set(e), k(1), get(e), get(x), k(0), f32x4.less, v128.not, v128.select);
  w.emit(get(e), k(1), f32x4.add, f32x4.div);
  w.release(e);
}

/** log(1 + exp(x)) */
function softplus(w: Writer, x: number, k: Splat): void {
  const e = w.keep(get(x), f32x4.abs, f32x4.neg);
  exp(w, e, k);
  w.emit(set(e));
  log1p(w, e, k);
  w.emit(get(x), k(0), f32x4.max, f32x4.add);
  w.release(e);
}

function erf(w: Writer, x: number, k: Splat): void {
  const a = w.keep(get(x), f32x4.abs, k(4), f32x4.min);
  const z = w.keep(get(x), get(x), f32x4.mul);
  polynomial(
    w,
    z,
    [
      7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
      1.128358514861418e-1, -3.7612625824233e-1, 1.12837916709551,
    ],
    k,
  );
  const small = w.keep(get(x), f32x4.mul);
  const q = w.keep(k(1), get(a), f32x4.div);
  const y = w.keep(get(q), get(q), f32x4.mul);
  polynomial(
    w,
    y,
    [
      2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
      6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
      5.638259427386472e-1,
    ],
    k,
  );
  const near = w.keep();
  polynomial(
    w,
    y,
    [
      -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.92101901921079, -1.0152652792027,
      4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
    ],
    k,
  );
  const far = w.keep();
  w.emit(get(near), get(far), get(a), k(2), f32x4.less, v128.select, get(q), f32x4.mul, set(near));
  w.emit(get(a), get(a), f32x4.mul, f32x4.neg, set(z));
  exp(w, z, k);
  w.emit(get(near), f32x4.mul, set(near));
  w.emit(k(1), get(near), f32x4.sub, get(x), splatInt(-(2 ** 31)), v128.and, v128.or, set(near));
  w.emit(get(small), get(near), get(a), k(1), f32x4.less, v128.select);
  w.release(a, z, small, q, y, near, far);
}

/** The sine, or with `ahead` 2 the cosine; arguments to some thousands. */
const circular =
  (ahead: 0 | 2) =>
  (w: Writer, x: number, k: Splat): void => {
    const a = w.keep(get(x), f32x4.abs);
    const j = w.keep(get(a), k(4 / Math.PI), f32x4.mul, i32x4.fromFloat, splatInt(1), i32x4.add);
    w.emit(get(j), splatInt(-2), v128.and, set(j));
    const y = w.keep(get(j), v128.toSignedFloat);
    w.emit(get(a));
    for (const part of [0.78515625, 2.4187564849853516e-4, 3.774894977445941e-8])
      w.emit(get(y), k(part), f32x4.mul, f32x4.sub);
    w.emit(set(a), get(a), get(a), f32x4.mul, set(y));
    polynomial(w, y, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], k);
    const sine = w.keep(get(y), f32x4.mul, get(a), f32x4.mul, get(a), f32x4.add);
    polynomial(w, y, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2], k);
    const cosine = w.keep(get(y), f32x4.mul, get(y), f32x4.mul, get(y), k(0.5), f32x4.mul, f32x4.sub);
    w.emit(get(cosine), k(1), f32x4.add, set(cosine));
    // Octants in pairs: 0 sine, 2 cosine, 4 and 6 the same with the other sign.
    w.emit(get(j), splatInt(ahead), i32x4.add, set(j));
    w.emit(get(cosine), get(sine), get(j), splatInt(2), v128.and, splatInt(2), i32x4.equal, v128.select);
    w.emit(get(j), shift(29, i32x4.shl), splatInt(-(2 ** 31)), v128.and, v128.xor);
    if (ahead === 0) w.emit(get(x), splatInt(-(2 ** 31)), v128.and, v128.xor);
    w.release(a, j, y, sine, cosine);
  };

function atan(w: Writer, x: number, k: Splat): void {
  const a = w.keep(get(x), f32x4.abs);
  const far = w.keep(get(a), k(2.414213562373095), f32x4.more);
  const middle = w.keep(get(a), k(0.4142135623730951), f32x4.more);
  const ratio = w.keep(get(a), k(1), f32x4.sub, get(a), k(1), f32x4.add, f32x4.div);
  const start = w.keep(k(Math.PI / 4), get(middle), v128.and);
  w.emit(k(Math.PI / 2), get(start), get(far), v128.select, set(start));
  w.emit(get(ratio), get(a), get(middle), v128.select, set(ratio));
  w.emit(k(-1), get(a), f32x4.div, get(ratio), get(far), v128.select, set(ratio));
  const z = w.keep(get(ratio), get(ratio), f32x4.mul);
  polynomial(w, z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1], k);
  w.emit(get(z), f32x4.mul, get(ratio), f32x4.mul, get(ratio), f32x4.add, get(start), f32x4.add);
  w.emit(get(x), splatInt(-(2 ** 31)), v128.and, v128.xor);
  w.release(a, far, middle, ratio, start, z);
}

function asin(w: Writer, x: number, k: Splat): void {
  const a = w.keep(get(x), f32x4.abs);
  const far = w.keep(get(a), k(0.5), f32x4.more);
  const z = w.keep(
    k(0.5),
    k(1),
    get(a),
    f32x4.sub,
    f32x4.mul,
    get(a),
    get(a),
    f32x4.mul,
    get(far),
    v128.select,
  );
  const r = w.keep(get(z), f32x4.sqrt, get(a), get(far), v128.select);
  polynomial(w, z, [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1], k);
  const y = w.keep(get(z), f32x4.mul, get(r), f32x4.mul, get(r), f32x4.add);
  w.emit(k(Math.PI / 2), get(y), get(y), f32x4.add, f32x4.sub, get(y), get(far), v128.select);
  w.emit(get(x), splatInt(-(2 ** 31)), v128.and, v128.xor);
  w.release(a, far, z, r, y);
}

export const vectorMath: VectorMath = {
  Exp: exp,
  Log: log,
  Tanh: tanh,
  Sigmoid: sigmoid,
  Softplus: softplus,
  Erf: erf,
  Sin: circular(0),
  Cos: circular(2),
  Atan: atan,
  Asin: asin,
};
