import { f32x4, get, i32x4, set, v128 } from "@hardgrad/onnx/graph";
import type { Writer } from "../writer.ts";
import { polynomial, shift } from "./polynomial.ts";
import { arctangent, asin, cosine, sine } from "./trigonometry.ts";

/** The bits of sqrt(1/2). */
const rootOfHalf = 0x3f3504f3;

/**
 * Functions of four float32, to about one unit in the last place: each takes a variable, and leaves its result on the
 * stack. Range reductions and polynomials are those of Moshier's Cephes library (single precision).
 */
export interface VectorMath {
  readonly [name: string]: (w: Writer, x: number) => void;
}

/** A number that, added to one of at most 2^22, leaves its whole part and 254 in the low bits of the sum. */
const toWhole = 1.5 * 2 ** 23 + 254;

function exp(w: Writer, x: number): void {
  // Beyond these it overflows, and is below half of the least positive number.
  const r = w.keep(get(x), w.number(89), f32x4.least, w.number(-104), f32x4.most);
  w.emit(get(r), w.number(Math.LOG2E));
  w.multiplyAdd(w.number(toWhole));
  const t = w.keep();
  const n = w.keep(get(t), w.number(toWhole), f32x4.sub);
  for (const part of [-0.693359375, 2.1219444e-4]) {
    w.emit(get(n), w.number(part));
    w.multiplyAdd(get(r));
    w.emit(set(r));
  }
  polynomial(
    w,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  w.emit(get(r), f32x4.mul, get(r));
  w.multiplyAdd(get(r));
  w.emit(w.number(1), f32x4.add);
  // 2^n by two factors, so that what is denormal is right: the low bits of t are n + 254, the exponents' biases.
  w.emit(get(t), shift(1, i32x4.shr), set(n));
  for (const biased of [[...get(t), ...get(n), ...i32x4.sub], get(n)])
    w.emit(biased, shift(23, i32x4.shl), f32x4.mul);
  w.release(r, t, n);
}

function log(w: Writer, x: number): void {
  const tiny = w.keep(get(x), w.number(1.17549435e-38), f32x4.less);
  const m = w.keep(get(x), w.number(2 ** 23), f32x4.mul, get(x), get(tiny), w.select);
  // The exponent e, and the fraction m in [sqrt(1/2), sqrt(2)), less 1.
  w.emit(get(m), w.word(rootOfHalf), i32x4.sub, set(m));
  const e = w.keep(get(m), shift(23, i32x4.shrSigned), get(tiny), w.word(-23), v128.and, i32x4.add);
  w.emit(get(e), v128.toSignedFloat, set(e));
  w.emit(get(m), w.word(0x007fffff), v128.and, w.word(rootOfHalf), i32x4.add, w.number(1), f32x4.sub, set(m));
  const z = w.keep(get(m), get(m), f32x4.mul);
  polynomial(
    w,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  w.emit(get(m), f32x4.mul, get(z), f32x4.mul, set(tiny));
  for (const [part, factor] of [
    [e, -2.1219444e-4],
    [z, -0.5],
  ] as const) {
    w.emit(get(part), w.number(factor));
    w.multiplyAdd(get(tiny));
    w.emit(set(tiny));
  }
  w.emit(get(m), get(tiny), f32x4.add, set(m));
  w.emit(get(e), w.number(0.693359375));
  w.multiplyAdd(get(m));
  w.emit(set(m));
  // Infinity gives itself and NaN NaN, where the difference is the larger or no number; 0 gives -Infinity, below it NaN.
  w.emit(get(x), w.number(3.4028234663852886e38), f32x4.sub, get(m), f32x4.most);
  w.emit(w.number(Number.NEGATIVE_INFINITY), get(x), w.number(0), f32x4.atMost, v128.and, f32x4.add);
  w.emit(get(x), w.number(0), f32x4.less, v128.or);
  w.release(tiny, m, e, z);
}

/** log(1 + x) for x from 0 to 1, by the series of 2 artanh(x / (2 + x)), whose coefficients are fitted. */
function logOfOneAnd(w: Writer, x: number): void {
  const q = w.keep(get(x), get(x), w.number(2), f32x4.add, f32x4.div);
  const z = w.keep(get(q), get(q), f32x4.mul);
  polynomial(w, z, [0.23895534873, 0.2154161185, 0.286057055, 0.39999318123, 0.66666668653]);
  w.emit(get(z), get(q), f32x4.mul);
  w.multiplyAdd([...get(q), ...get(q), ...f32x4.add]);
  w.release(q, z);
}

/** A ratio of polynomials, as in Eigen and XLA. Here it is 1, with and without fused multiply-add; tanh is within 2e-7. */
const oneFrom = 8.0780944824;

function tanh(w: Writer, x: number): void {
  const a = w.keep(get(x), w.number(oneFrom), f32x4.least, w.number(-oneFrom), f32x4.most);
  const z = w.keep(get(a), get(a), f32x4.mul);
  polynomial(
    w,
    z,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  w.emit(get(a), f32x4.mul);
  polynomial(w, z, [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3]);
  const ratio = w.keep(f32x4.div, w.number(1), f32x4.least, w.number(-1), f32x4.most);
  // Where it is x to the last bit.
  w.emit(get(x), get(ratio), get(x), f32x4.abs, w.number(4e-4), f32x4.less, w.select);
  w.release(a, z, ratio);
}

function sigmoid(w: Writer, x: number): void {
  const e = w.keep(get(x), f32x4.abs, f32x4.neg);
  exp(w, e);
  w.emit(set(e), get(e), w.number(1), get(x), w.number(0), f32x4.less, w.select);
  w.emit(get(e), w.number(1), f32x4.add, f32x4.div);
  w.release(e);
}

/** log(1 + exp(x)) */
function softplus(w: Writer, x: number): void {
  const e = w.keep(get(x), f32x4.abs, f32x4.neg);
  exp(w, e);
  w.emit(set(e));
  logOfOneAnd(w, e);
  w.emit(get(x), w.number(0), f32x4.most, f32x4.add);
  w.release(e);
}

function erf(w: Writer, x: number): void {
  const a = w.keep(get(x), f32x4.abs, w.number(4), f32x4.least);
  const z = w.keep(get(x), get(x), f32x4.mul);
  polynomial(
    w,
    z,
    [
      7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
      1.128358514861418e-1, -3.7612625824233e-1, 1.12837916709551,
    ],
  );
  const small = w.keep(get(x), f32x4.mul);
  const q = w.keep(w.number(1), get(a), f32x4.div);
  const y = w.keep(get(q), get(q), f32x4.mul);
  polynomial(
    w,
    y,
    [
      2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
      6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
      5.638259427386472e-1,
    ],
  );
  const near = w.keep();
  polynomial(
    w,
    y,
    [
      -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.92101901921079, -1.0152652792027,
      4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
    ],
  );
  const far = w.keep();
  w.emit(get(near), get(far), get(a), w.number(2), f32x4.less, w.select, get(q), f32x4.mul, set(near));
  w.emit(get(a), get(a), f32x4.mul, f32x4.neg, set(z));
  exp(w, z);
  w.emit(get(near), f32x4.mul, set(near));
  w.emit(w.number(1), get(near), f32x4.sub, get(x), w.word(-(2 ** 31)), v128.and, v128.or, set(near));
  w.emit(get(small), get(near), get(a), w.number(1), f32x4.less, w.select);
  w.release(a, z, small, q, y, near, far);
}

export const vectorMath: VectorMath = {
  Exp: exp,
  Log: log,
  Tanh: tanh,
  Sigmoid: sigmoid,
  Softplus: softplus,
  Erf: erf,
  Sin: sine,
  Cos: cosine,
  Atan: arctangent,
  Asin: asin,
};
