import { lax, numpy as np, random } from "@jax-js/jax";
import { a, type Case, c, int, ints, normal, testCases, uint, words, x1, x2 } from "./cases.ts";

const special = (): np.Array => np.array([-Infinity, -2.5, -1, -0, 0, 0.5, 1, 1.5, 2.5, Infinity]);
const positive = (): np.Array => random.uniform(random.key(3), [3, 5]).add(0.1);

const arithmetic: readonly Case[] = [
  ["add", x2(np.add), a, c],
  ["mul", x2(np.multiply), a, c],
  ["sub", x2(np.subtract), a, c],
  ["div", x2(np.divide), a, () => normal(2, [4, 1]).add(5)],
  ["min", x2(np.minimum), a, c],
  ["max", x2(np.maximum), a, c],
  ["mod, float", x2(np.fmod), () => np.array([5.5, -5.5, 7, -7]), () => np.array([2, 2, -2.5, -2.5])],
  ["remainder", x2(np.remainder), () => np.array([5.5, -5.5, 7, -7]), () => np.array([2, 2, -2.5, -2.5])],
  ["idiv, float", x1(np.trunc), special],
  ["int32 add, mul, neg", x2((x, y) => x.ref.mul(y).sub(x)), () => ints(1, [3, 4]), () => ints(2, [4])],
  [
    "int32 wraps",
    x2((x, y) => x.mul(y)),
    () => int([2147483647, -5, 65536]),
    () => int([3, 2147483647, 65536]),
  ],
  ["int32 idiv", x2((x, y) => x.div(y)), () => int([7, -7, 7, -7]), () => int([2, 2, -2, -2])],
  ["int32 mod", x2((x, y) => x.mod(y)), () => int([7, -7, 7, -7]), () => int([3, 3, -3, -3])],
  ["int32 min, max", x2((x, y) => np.minimum(x, y)), () => ints(1, [3, 4]), () => ints(2, [4])],
  ["uint32 add, mul wrap", x2((x, y) => x.ref.mul(y).add(x)), () => words(1, [5]), () => words(2, [5])],
  [
    "uint32 idiv, mod",
    x2((x, y) => x.ref.div(y.ref).add(x.mod(y))),
    () => words(1, [5]),
    () => uint([3, 9, 512, 7, 1]),
  ],
  ["uint32 min", x2(np.minimum), () => uint([1, 4000000000]), () => uint([3000000000, 5])],
  ["bool add, mul", x2((x, y) => x.less(0).add(y.ref.less(0)).mul(y.less(0.5))), a, c],
  ["mixed types", x2((x, y) => x.mul(y)), () => ints(1, [3, 4]), () => normal(1, [3, 4])],
  ["neg, reciprocal", x1((x: np.Array) => np.reciprocal(np.negative(x))), positive],
  ["floor, ceil", x1((x: np.Array) => [np.floor(x.ref), np.ceil(x)]), special],
  ["round", x1(np.round), special],
  ["abs, sign", x1((x: np.Array) => [np.abs(x.ref), np.sign(x)]), () => np.array([-2, -0, 0, 3, Number.NaN])],
  ["sqrt, square", x1((x: np.Array) => [np.sqrt(x.ref), np.square(x)]), positive],
  ["exp, log", x1((x: np.Array) => [np.exp(x.ref), np.log(x)]), positive],
  ["exp at infinity", x1(np.exp), special],
  ["expm1, log1p", x1((x: np.Array) => [np.expm1(x.ref), np.log1p(x)]), () => np.linspace(-0.9, 3, 37)],
  ["log1p at its edges", x1(np.log1p), () => np.array([-1, 0, 1e-7, Infinity])],
  ["sin, cos, tan", x1((x: np.Array) => [np.sin(x.ref), np.cos(x.ref), np.tan(x)]), a],
  [
    "asin, acos, atan",
    x1((x: np.Array) => [np.arcsin(x.ref), np.arccos(x.ref), np.arctan(x)]),
    () => np.linspace(-0.95, 0.95, 9),
  ],
  ["sinh, cosh, tanh", x1((x: np.Array) => [np.sinh(x.ref), np.cosh(x.ref), np.tanh(x)]), a],
  ["erf, erfc", x1((x: np.Array) => [lax.erf(x.ref), lax.erfc(x)]), a],
  ["power", x2(np.power), positive, () => normal(4, [5])],
  ["logaddexp", x2(np.logaddexp), a, c],
  ["hypot, arctan2", x2((x, y) => np.hypot(x.ref, y.ref).add(np.arctan2(x, y))), a, c],
];

testCases({ arithmetic });
