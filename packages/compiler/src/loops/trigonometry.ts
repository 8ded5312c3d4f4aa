import { f32x4, get, i32x4, set, v128 } from "@hardgrad/onnx/graph";
import type { Writer } from "../writer.ts";
import { polynomial, shift } from "./polynomial.ts";

type VectorFunction = (w: Writer, x: number) => void;

/** The sine, or with `ahead` 2 the cosine; arguments to some thousands. */
const circular =
  (ahead: 0 | 2) =>
  (w: Writer, x: number): void => {
    const a = w.keep(get(x), f32x4.abs);
    const j = w.keep(get(a), w.number(4 / Math.PI), f32x4.mul, i32x4.fromFloat, w.word(1), i32x4.add);
    w.emit(get(j), w.word(-2), v128.and, set(j));
    const y = w.keep(get(j), v128.toSignedFloat);
    w.emit(get(a));
    for (const part of [0.78515625, 2.4187564849853516e-4, 3.774894977445941e-8])
      w.emit(get(y), w.number(part), f32x4.mul, f32x4.sub);
    w.emit(set(a), get(a), get(a), f32x4.mul, set(y));
    polynomial(w, y, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    const sine = w.keep(get(y), f32x4.mul, get(a), f32x4.mul, get(a), f32x4.add);
    polynomial(w, y, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
    const cosine = w.keep(get(y), f32x4.mul, get(y), f32x4.mul, get(y), w.number(0.5), f32x4.mul, f32x4.sub);
    w.emit(get(cosine), w.number(1), f32x4.add, set(cosine));
    // Octants in pairs: 0 sine, 2 cosine, 4 and 6 the same with the other sign.
    w.emit(get(j), w.word(ahead), i32x4.add, set(j));
    w.emit(get(cosine), get(sine), get(j), w.word(2), v128.and, w.word(2), i32x4.equal, w.select);
    w.emit(get(j), shift(29, i32x4.shl), w.word(-(2 ** 31)), v128.and, v128.xor);
    if (ahead === 0) w.emit(get(x), w.word(-(2 ** 31)), v128.and, v128.xor);
    w.release(a, j, y, sine, cosine);
  };

export const sine: VectorFunction = circular(0);
export const cosine: VectorFunction = circular(2);

export function arctangent(w: Writer, x: number): void {
  const a = w.keep(get(x), f32x4.abs);
  const far = w.keep(get(a), w.number(2.414213562373095), f32x4.more);
  const middle = w.keep(get(a), w.number(0.4142135623730951), f32x4.more);
  const ratio = w.keep(get(a), w.number(1), f32x4.sub, get(a), w.number(1), f32x4.add, f32x4.div);
  const start = w.keep(w.number(Math.PI / 4), get(middle), v128.and);
  w.emit(w.number(Math.PI / 2), get(start), get(far), w.select, set(start));
  w.emit(get(ratio), get(a), get(middle), w.select, set(ratio));
  w.emit(w.number(-1), get(a), f32x4.div, get(ratio), get(far), w.select, set(ratio));
  const z = w.keep(get(ratio), get(ratio), f32x4.mul);
  polynomial(w, z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]);
  w.emit(get(z), f32x4.mul, get(ratio), f32x4.mul, get(ratio), f32x4.add, get(start), f32x4.add);
  w.emit(get(x), w.word(-(2 ** 31)), v128.and, v128.xor);
  w.release(a, far, middle, ratio, start, z);
}

export function asin(w: Writer, x: number): void {
  const a = w.keep(get(x), f32x4.abs);
  const far = w.keep(get(a), w.number(0.5), f32x4.more);
  const z = w.keep(
    w.number(0.5),
    w.number(1),
    get(a),
    f32x4.sub,
    f32x4.mul,
    get(a),
    get(a),
    f32x4.mul,
    get(far),
    w.select,
  );
  const r = w.keep(get(z), f32x4.sqrt, get(a), get(far), w.select);
  polynomial(w, z, [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1]);
  const y = w.keep(get(z), f32x4.mul, get(r), f32x4.mul, get(r), f32x4.add);
  w.emit(w.number(Math.PI / 2), get(y), get(y), f32x4.add, f32x4.sub, get(y), get(far), w.select);
  w.emit(get(x), w.word(-(2 ** 31)), v128.and, v128.xor);
  w.release(a, far, z, r, y);
}
