import * as L from "../src/layout";

/** Fused where the engine has it, so that every kernel rounds the same way. */
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** e^x to about 2 units in the last place (Cephes' polynomial); 0 far below, about 2e38 far above. */
export function exp(given: v128): v128 {
  const lowest = f32x4.splat(-87.3);
  const x = f32x4.max(f32x4.min(given, f32x4.splat(88)), lowest);
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(p, scale), f32x4.ge(given, lowest));
}

function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** tanh: a polynomial near 0, where 1 - 2/(e^2x + 1) would lose digits. */
function tanh(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp(f32x4.add(x, x)), one)));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)));
}

/** The operation's unit, elementwise. */
export function activate(x: v128, op: usize): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const a = v128.load32_splat(op, L.OP_UNIT_A);
  switch (load<i32>(op, L.OP_UNIT)) {
    case L.UNIT_RELU:
      return f32x4.max(x, zero);
    case L.UNIT_STEP:
      return v128.and(f32x4.gt(x, a), one);
    case L.UNIT_SIGN:
      return v128.bitselect(one, f32x4.neg(one), f32x4.ge(x, zero));
    case L.UNIT_TERNARY:
      return f32x4.sub(v128.and(f32x4.gt(x, a), one), v128.and(f32x4.lt(x, f32x4.neg(a)), one));
    case L.UNIT_CLIP: {
      const y = f32x4.add(f32x4.mul(x, a), v128.load32_splat(op, L.OP_UNIT_B));
      return f32x4.min(
        f32x4.max(y, v128.load32_splat(op, L.OP_UNIT_LOW)),
        v128.load32_splat(op, L.OP_UNIT_HIGH),
      );
    }
    case L.UNIT_ROUND:
      return f32x4.div(f32x4.nearest(f32x4.mul(f32x4.min(f32x4.max(x, zero), one), a)), a);
    case L.UNIT_TANH:
      return tanh(x);
    case L.UNIT_SIGMOID:
      return sigmoid(x);
    case L.UNIT_SQRT:
      return f32x4.sqrt(f32x4.max(x, zero));
    default:
      return x;
  }
}

/** The unit over one panel of outputs. Apart from the sums, so that those stay in registers. */
export function finish(y: usize, op: usize): void {
  if (load<i32>(op, L.OP_UNIT) === L.UNIT_IDENTITY) return;
  v128.store(y, activate(v128.load(y), op));
  v128.store(y, activate(v128.load(y, 16), op), 16);
}
