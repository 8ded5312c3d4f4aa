import type { BitsLayer, GatedLayer, Layer, LinearLayer, Network, UnitName } from "../src/layers.ts";

/** Numbers in [-1, 1) from a seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export const floats = (length: number, random: () => number): Float32Array =>
  Float32Array.from({ length }, random);

/** A value of the network in float64, and how far float32 sums may be from it. */
export interface Value {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

/**
 * Every value of one example, layer after layer in plain float64, in the order of the definitions. `given` replaces the
 * values that the runtime really had (its own float32 ones), so that each layer is judged alone.
 */
export function evaluate(network: Network, given: readonly ArrayLike<number>[]): Value[] {
  return network.layers.map((layer, index) => layerValue(layer, given, index));
}

function layerValue(layer: Layer, given: readonly ArrayLike<number>[], index: number): Value {
  const x = given[layer.input ?? index]!;
  switch (layer.kind) {
    case "linear":
      return affine(layer, x);
    case "gated":
      return gated(layer, x, given[layer.gates]!);
    case "bits":
      return bits(layer, x);
    case "gate":
      return exact(gates(layer.open, layer.scaled ?? false, x));
    case "unit":
      return through(layer.unit, exact(Array.from(x)));
    case "softmax":
      return softmax(x);
    default:
      return exact([Array.from(x).indexOf(Math.max(...Array.from(x)))]);
  }
}

const exact = (values: readonly number[]): Value => ({
  values: Float64Array.from(values),
  bounds: new Float64Array(values.length),
});

function affine(layer: LinearLayer | GatedLayer, x: ArrayLike<number>): Value {
  const { outputs, weight, bias } = layer;
  const values = new Float64Array(outputs);
  const bounds = new Float64Array(outputs);
  for (let j = 0; j < outputs; j++) {
    let sum = bias?.[j] ?? 0;
    let size = Math.abs(sum);
    for (let i = 0; i < x.length; i++) {
      sum += x[i]! * weight[i * outputs + j]!;
      size += Math.abs(x[i]! * weight[i * outputs + j]!);
    }
    values[j] = sum;
    // The textbook bound of a float32 sum in any order: every product and addition rounds by 2^-24 of at most `size`.
    bounds[j] = (x.length + 2) * 2 ** -24 * size;
  }
  return through(layer.unit ?? "identity", { values, bounds });
}

function gated(layer: GatedLayer, x: ArrayLike<number>, gate: ArrayLike<number>): Value {
  const { values, bounds } = affine(layer, x);
  const open = (j: number): number => gate[Math.floor(j / layer.block)]!;
  return {
    values: values.map((value, j) => (open(j) === 0 ? 0 : value * open(j))),
    bounds: bounds.map((bound, j) => (bound + Math.abs(values[j]!) * 2 ** -23) * Math.abs(open(j))),
  };
}

function bits(layer: BitsLayer, x: ArrayLike<number>): Value {
  const { outputs, signs, scale, bias, binary = "sign" } = layer;
  const bytes = Math.ceil(x.length / 8);
  const values = new Float64Array(outputs);
  const bounds = new Float64Array(outputs);
  for (let j = 0; j < outputs; j++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const sign = (signs[j * bytes + (i >> 3)]! >> (i & 7)) & 1 ? 1 : -1;
      sum += sign * (binary === "sign" ? (x[i]! >= 0 ? 1 : -1) : x[i]!);
    }
    values[j] = (scale?.[j] ?? 1) * sum + (bias?.[j] ?? 0);
    // The sum is exact. For inputs of 0 and 1 the bias takes in half the signs, whose size is at most half the inputs.
    const size = Math.abs(scale?.[j] ?? 1) * x.length + Math.abs(bias?.[j] ?? 0);
    bounds[j] = scale || bias ? 4 * 2 ** -24 * size : 0;
  }
  return through(layer.unit ?? "identity", { values, bounds });
}

/** The unit of a value; where a jump lies within the bound, either side is right. */
function through(unit: UnitName, { values, bounds }: Value): Value {
  const id = typeof unit === "string" ? unit : unit.id;
  const one = (x: number): number => {
    if (typeof unit === "object")
      switch (unit.id) {
        case "step":
          return x > Math.fround(unit.threshold) ? 1 : 0;
        case "ternary":
          return Math.abs(x) > Math.fround(unit.threshold) ? Math.sign(x) : 0;
        case "clip":
          return Math.min(Math.max(unit.slope * x + unit.offset, unit.low), unit.high);
        case "round": {
          const scaled = unit.levels * Math.min(Math.max(x, 0), 1);
          const down = Math.floor(scaled);
          const up = scaled - down > 0.5 || (scaled - down === 0.5 && down % 2 === 1);
          return (up ? down + 1 : down) / unit.levels;
        }
      }
    switch (unit) {
      case "relu":
        return Math.max(x, 0);
      case "step":
        return x > 0 ? 1 : 0;
      case "sign":
        return x >= 0 ? 1 : -1;
      case "tanh":
        return Math.tanh(x);
      case "sigmoid":
        return 1 / (1 + Math.exp(-x));
      case "sqrt":
        return Math.sqrt(Math.max(x, 0));
      default:
        return x;
    }
  };
  // Smooth units have slopes of at most 1 (or the clip's), and are themselves good to a few units in the last place.
  const slope = typeof unit === "object" && unit.id === "clip" ? Math.abs(unit.slope) : 1;
  const own = ["tanh", "sigmoid", "clip", "sqrt"].includes(id) ? 4 * 2 ** -24 : 2 ** -24;
  return {
    values: values.map(one),
    bounds: values.map((x, j) => {
      const bound = bounds[j]!;
      const spread = Math.abs(one(x + bound) - one(x - bound));
      const size = Math.max(
        1,
        Math.abs(one(x)),
        typeof unit === "object" && unit.id === "clip" ? Math.abs(slope * x) : 0,
      );
      return bound === 0 && ["identity", "relu", "step", "sign", "ternary"].includes(id)
        ? 0
        : spread + own * size;
    }),
  };
}

function gates(open: { above: number } | { top: number }, scaled: boolean, x: ArrayLike<number>): number[] {
  const values = Array.from(x);
  const first = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
  const chosen = "top" in open ? new Set(first.slice(0, open.top)) : null;
  return values.map((value, i) => {
    const isOpen = chosen ? chosen.has(i) : value > Math.fround((open as { above: number }).above);
    return isOpen ? (scaled ? value : 1) : 0;
  });
}

function softmax(x: ArrayLike<number>): Value {
  const values = Array.from(x);
  const largest = Math.max(...values);
  const exps = values.map((value) => Math.exp(value - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return {
    values: Float64Array.from(exps, (e) => e / sum),
    // e^x loses |x| 2^-24 from the rounding of x alone; then the sum.
    bounds: Float64Array.from(
      exps,
      (e, i) => ((Math.abs(values[i]! - largest) + values.length + 8) * 2 ** -24 * e) / sum + 1e-37,
    ),
  };
}

/** Fails with the place if a value is further from the reference than its bound. */
export function expectWithin(name: string, values: ArrayLike<number>, wanted: Value): void {
  if (values.length !== wanted.values.length)
    throw new Error(`${name}: ${values.length} values, ${wanted.values.length} wanted`);
  for (let j = 0; j < values.length; j++) {
    const off = Math.abs(values[j]! - wanted.values[j]!);
    if (!(off <= wanted.bounds[j]!))
      throw new Error(`${name}[${j}]: ${values[j]}, wanted ${wanted.values[j]} +- ${wanted.bounds[j]}`);
  }
}
