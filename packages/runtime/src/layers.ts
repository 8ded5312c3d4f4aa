/** Elementwise hard and smooth functions. `step` is 1[x > 0] and `sign(0) = 1`, as in the library. */
export type UnitName =
  | "identity"
  | "relu"
  | "step"
  | "sign"
  | "tanh"
  | "sigmoid"
  | "sqrt"
  /** `1[x > threshold]`. */
  | { readonly id: "step"; readonly threshold: number }
  /** -1 below -threshold, 1 above threshold, 0 between. */
  | { readonly id: "ternary"; readonly threshold: number }
  /** `clip(slope x + offset, low, high)`: hard sigmoid, hard tanh, hard-concrete gates after a sigmoid. */
  | {
      readonly id: "clip";
      readonly slope: number;
      readonly offset: number;
      readonly low: number;
      readonly high: number;
    }
  /** `round(levels clip(x, 0, 1)) / levels`, halves to even. */
  | { readonly id: "round"; readonly levels: number };

/** Every layer reads one earlier value: 0 is the network's input, i + 1 the output of layer i (default: the last one). */
interface From {
  readonly input?: number;
}

/** `unit(x W + bias)`. */
export interface LinearLayer extends From {
  readonly kind: "linear";
  readonly outputs: number;
  /** `[inputs, outputs]`, row by row. */
  readonly weight: Float32Array;
  readonly bias?: Float32Array;
  readonly unit?: UnitName;
}

/** Turns logits into gates: open where the logit is above a threshold, or among the `top` largest of its example. */
export interface GateLayer extends From {
  readonly kind: "gate";
  readonly open: { readonly above: number } | { readonly top: number };
  /** An open gate multiplies by its input instead of by 1 (default false). */
  readonly scaled?: boolean;
}

/** `gate * unit(x W + bias)`: one gate per block of outputs. The weights of a closed gate are not read. */
export interface GatedLayer extends From {
  readonly kind: "gated";
  readonly outputs: number;
  /** Which value holds the gates: i + 1 for the gate layer i. */
  readonly gates: number;
  /** Outputs per gate: 1, or a multiple of 8. */
  readonly block: number;
  /** `[inputs, outputs]`, row by row. */
  readonly weight: Float32Array;
  readonly bias?: Float32Array;
  readonly unit?: UnitName;
}

/** `unit(scale * (b(x) S) + bias)` with signs S in -1, 1 and binary b(x): one bit each. */
export interface BitsLayer extends From {
  readonly kind: "bits";
  readonly outputs: number;
  /** What packSigns gives: bit i of row j is 1 where S[i, j] = 1. */
  readonly signs: Uint8Array;
  /** `"sign"`: b(x) is 1 where x >= 0, else -1 (default). `"step"`: inputs are 0 and 1 and stay so. */
  readonly binary?: "sign" | "step";
  readonly scale?: Float32Array;
  readonly bias?: Float32Array;
  readonly unit?: UnitName;
}

/** A unit alone. */
export interface UnitLayer extends From {
  readonly kind: "unit";
  readonly unit: UnitName;
}

/** `softmax` gives probabilities, `argmax` one number: the position of the largest (the first of equals). */
export interface HeadLayer extends From {
  readonly kind: "softmax" | "argmax";
}

/** A layer of a network, told apart by `kind`. */
export type Layer = LinearLayer | GateLayer | GatedLayer | BitsLayer | UnitLayer | HeadLayer;

/** What a runtime file holds. */
export interface Network {
  /** Length of one input. */
  readonly inputs: number;
  readonly layers: readonly Layer[];
  /** Anything worth keeping beside the weights: name, accuracy, the settings. JSON. */
  readonly meta?: { readonly [key: string]: unknown };
}

/**
 * Packs the signs of a weight matrix, one bit each.
 *
 * @param weight `[inputs, outputs]`, row by row; the bit is 1 where the weight is >= 0.
 * @returns `[outputs][inputs / 8, rounded up]` bytes, lowest bit first.
 * @example
 * const weight = Float32Array.of(0.5, -1, 2, -0.1, 3, -4); // [3 inputs, 2 outputs]
 * const layer = { kind: "bits", outputs: 2, signs: packSigns(weight, 3, 2) };
 */
export function packSigns(weight: Float32Array, inputs: number, outputs: number): Uint8Array {
  if (weight.length !== inputs * outputs)
    throw new RangeError(
      `packSigns: ${weight.length} weights given, but ${inputs} inputs times ${outputs} outputs are ${inputs * outputs}.`,
    );
  const bytes = Math.ceil(inputs / 8);
  const signs = new Uint8Array(bytes * outputs);
  for (let i = 0; i < inputs; i++)
    for (let j = 0; j < outputs; j++)
      if (weight[i * outputs + j]! >= 0) signs[j * bytes + (i >> 3)]! |= 1 << (i & 7);
  return signs;
}
