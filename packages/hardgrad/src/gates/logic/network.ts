import { numpy as np, tree } from "@jax-js/jax";
import { pullback, valueAndGrad } from "../../gradients.ts";
import { detach, zeroLoss } from "../../surrogate.ts";
import { logicGates } from "./gates.ts";

/** A layer of logic gates, on the wires before it. */
export interface LogicLayer {
  /** `[gates, 16]`: a sample of the operations with its gradient. */
  readonly operations: np.Array;
  /** `[2 gates, candidates]`, int32: the wires that inputs may read, first inputs first. */
  readonly read: np.Array;
  /** Learned wiring: `[2 gates, candidates]`, a sample of the candidates with its gradient. */
  readonly wires?: np.Array;
  /** Whether that sample is one-hot. */
  readonly hard?: boolean;
  /** Fixed wiring (one candidate): the inverse of `read`, by wireUses; the first layer needs none. */
  readonly uses?: np.Array;
}

/** Which inputs of the first layer are asked what every wire would do for them: see probeWires. */
export interface WireProbe {
  /** `[rows, wires]`. */
  readonly values: np.Array;
  /** Scalar: which part, from 0; none for another number. */
  readonly part: np.Array;
}

/**
 * Losses of a network of logic gates. What it computes and its gradients are those of chooseWires (or readWires),
 * probeWires and logicGates one after another, but candidates are read in the backward pass only, and fixed wires take
 * their gradient by gathering.
 *
 * @param x `[wires, batch]`, bits; no gradient goes to them. Consumed.
 * @param layers at least one. Consumed.
 * @param objective maps the last layer's outputs `[gates, batch]` to losses `[batch]`.
 * @param probe consumed.
 * @returns losses `[batch]`. The gradient of their mean is right; that of a single one is not its own.
 * @see Petersen, Borgelt, Kuehne & Deussen 2022
 * @example
 * const read = balancedWires(random.key(1), 6, 4, 1).reshape([8, 1]);
 * const operations = through(categorical(np.zeros([4, 16])), straightThroughArgmax(), key);
 * const losses = logicNetwork(np.ones([6, 5]), [{ operations, read }], (y) => np.mean(y, 0));
 */
export function logicNetwork(
  x: np.Array,
  layers: readonly LogicLayer[],
  objective: (y: np.Array) => np.Array,
  probe?: WireProbe,
): np.Array {
  const steps: Step[] = [];
  let y = detach(x);
  for (const layer of layers) {
    const step = forward(y, layer);
    steps.push(step);
    y = step.value;
  }
  const [[mean, losses], gradient] = valueAndGrad(
    (last: np.Array): [np.Array, np.Array] => {
      const each = objective(last);
      return [np.mean(each.ref), each];
    },
    { hasAux: true },
  )(y);
  mean.dispose();
  const zeros: np.Array[] = [];
  let g: np.Array = gradient;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { operations, inputs } = steps[i]!.backward(g);
    zeros.push(zeroLoss(layers[i]!.operations, operations, 2));
    const { read, wires, hard = true, uses } = layers[i]!;
    const before = steps[i]!.before;
    if (wires) zeros.push(zeroLoss(wires.ref, candidateDerivatives(before.ref, read.ref, inputs.ref), 2));
    if (i === 0) {
      tree.dispose([read, ...(wires ? [wires] : []), ...(uses ? [uses] : [])]);
      if (probe) zeros.push(probed(before.ref, inputs.ref, probe));
      tree.dispose([before, inputs]);
      break;
    }
    if (uses) {
      tree.dispose([before, read]);
      g = gathered(inputs, uses);
    } else {
      const { value, backward } = pullback((v: np.Array) => readRows(v, read, wires, hard), before);
      value.dispose();
      g = backward(inputs);
    }
  }
  return zeros.reduce((sum, zero) => sum.add(zero), losses);
}

interface Step {
  readonly before: np.Array;
  readonly value: np.Array;
  backward(g: np.Array): { readonly operations: np.Array; readonly inputs: np.Array };
}

/** A layer's outputs, and how their gradient comes to its operations and inputs. Keeps the layer. */
function forward(before: np.Array, { operations, read, wires, hard = true }: LogicLayer): Step {
  const inputs = readRows(before.ref, read.ref, wires?.ref, hard);
  const parts = { operations: detach(operations.ref), inputs };
  const { value, backward } = pullback((p: typeof parts) => {
    const [a, b] = np.split(p.inputs, 2, 0) as [np.Array, np.Array];
    return logicGates(p.operations, a, b);
  }, parts);
  return { before, value, backward };
}

/**
 * What the inputs of gates read: the one wire of each, or by a choice among candidates. As chooseWires, but without a
 * gradient to the choice.
 *
 * @param x `[wires, batch]`. Consumed.
 * @param read `[inputs, candidates]`, int32. Consumed.
 * @param wires `[inputs, candidates]`: the choice; undefined for fixed wiring. Consumed.
 * @param hard whether the choice is one-hot.
 * @returns `[inputs, batch]`.
 * @example
 * const read = np.array([[2], [0]], { dtype: np.int32 });
 * const rows = readRows(np.array([[1], [2], [3]]), read, undefined, true); // [[3], [1]]
 */
export function readRows(x: np.Array, read: np.Array, wires: np.Array | undefined, hard: boolean): np.Array {
  const k = read.shape[1]!;
  if (!wires) return x.slice(read.reshape([-1]));
  const choice = detach(wires);
  if (hard) return x.slice(np.sum(choice.mul(read.astype(np.float32)), -1).astype(np.int32));
  const columns = np.split(read, k, 1) as np.Array[];
  const weights = np.split(choice, k, 1) as np.Array[];
  const parts = columns.map((column, c) => weights[c]!.mul(x.ref.slice(column.reshape([-1]))));
  x.dispose();
  return parts.reduce((sum, part) => sum.add(part));
}

/** `[inputs, k]`: the derivative of each input's weight on each candidate. Consumes all three. */
function candidateDerivatives(x: np.Array, read: np.Array, g: np.Array): np.Array {
  const [inputs, k] = read.shape as [number, number];
  const batch = x.shape[1]!;
  const rows = x.slice(read.reshape([-1])).reshape([inputs, k, batch]);
  return np.matmul(g.reshape([inputs, 1, batch]), np.transpose(rows, [0, 2, 1])).reshape([inputs, k]);
}

/** Zero, with the probe's gradient. Consumes x and g. */
function probed(x: np.Array, g: np.Array, { values, part }: WireProbe): np.Array {
  const [inputs, batch] = g.shape as [number, number];
  const rows = values.shape[0]!;
  const parts = inputs / rows;
  const turn = np.equal(np.arange(parts).astype(np.float32), part).astype(np.float32);
  const asked = np.sum(g.reshape([parts, rows, batch]).mul(turn.reshape([parts, 1, 1])), 0);
  return zeroLoss(values, np.matmul(asked, np.transpose(x)), 2);
}

/** For each wire the sum over its uses. Consumes both. */
function gathered(g: np.Array, uses: np.Array): np.Array {
  const most = uses.shape[1]!;
  const padded = np.concatenate([g, np.zeros([1, g.shape[1]!])]);
  const parts = (np.split(uses, most, 1) as np.Array[]).map((column) =>
    padded.ref.slice(column.reshape([-1])),
  );
  padded.dispose();
  return parts.reduce((sum, part) => sum.add(part));
}
