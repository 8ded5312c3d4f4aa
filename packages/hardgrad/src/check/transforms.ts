import { jit, numpy as np, random, tree, vmap } from "@jax-js/jax";
import { statefulExpectation } from "../expectation.ts";
import { grad, valueAndGrad } from "../gradients.ts";
import { lastAxes } from "../surrogate.ts";
import type { Objective } from "../types.ts";
import { caseText, type Entry, makeDistribution, repeatedLogits, seedFor, widthOf } from "./cases.ts";
import { freshState, lossOf, objectiveFor } from "./losses.ts";
import { objectiveOf } from "./objectives.ts";
import { type Outcome, shown } from "./outcome.ts";

const flat = (x: np.Array): number[] => x.reshape([-1]).js() as number[];

/** Another order of float32 sums: 1e-4 of a number, and 1e-6. NaN differs from everything. */
function furthest(a: readonly number[], b: readonly number[]): number {
  const off = a.map((v, i) => Math.abs(v - b[i]!) / (1e-6 + 1e-4 * Math.abs(b[i]!)));
  return Math.max(0, ...off);
}

/** The gradient of a loss, compiled. */
export type CompiledGradient = ((logits: np.Array, key: np.Array) => np.Array) & { dispose(): void };

/** Of the coupled objective: one program for several claims, as compiling takes longer than they do. */
export function programOf(entry: Entry): CompiledGradient {
  return jit(grad(lossOf(entry, objectiveFor(objectiveOf("coupled"), entry.case))));
}

/** Examples of every claim: of one shape, so that what is run step by step finds its kernels compiled. */
export const ROWS = 50;

/** jit = eager, the same key gives the same bits, and another key others. */
export function transforms(entry: Entry, program: CompiledGradient): Outcome[] {
  const { case: c, id } = entry;
  const loss = lossOf(entry, objectiveFor(objectiveOf("coupled"), c));
  const eager = flat(grad(loss)(repeatedLogits(c, ROWS), random.key(seedFor(entry, 1))));
  const again = flat(grad(loss)(repeatedLogits(c, ROWS), random.key(seedFor(entry, 1))));
  const jitted = flat(program(repeatedLogits(c, ROWS), random.key(seedFor(entry, 1))));
  const other = flat(program(repeatedLogits(c, ROWS), random.key(seedFor(entry, 2))));
  // One without noise gives every example of these, which are the same, the same gradient.
  const width = widthOf(c.event);
  const noisy = jitted.some((v, i) => !Object.is(v, jitted[i % width]));
  const deaf = noisy && jitted.every((v, i) => Object.is(v, other[i]));
  const differs = eager.findIndex((v, i) => !Object.is(v, again[i]));
  const worst = jitted.findIndex((v, i) => !(furthest([v], [eager[i]!]) <= 1));
  return [
    {
      claim: "jit",
      holds: differs < 0,
      message:
        differs < 0
          ? `${id} gives the same bits for the same key (${caseText(entry)}).`
          : `${id} must give the same bits for the same key; one gradient is ${shown(eager[differs]!)}, and ${shown(again[differs]!)} when asked again (${caseText(entry)}).`,
    },
    {
      claim: "jit",
      holds: worst < 0,
      message:
        worst < 0
          ? `${id} gives the same gradient compiled by jit (${caseText(entry)}).`
          : `${id} must give the same gradient compiled by jit; one is ${shown(eager[worst]!)} run step by step, and ${shown(jitted[worst]!)} compiled (${caseText(entry)}).`,
    },
    {
      claim: "jit",
      holds: !deaf,
      message: `${id} must draw from its key; the gradients for two keys are ${deaf ? "the same bits" : "others, if it draws at all"} (${caseText(entry)}).`,
    },
  ];
}

/** A map over keys is a loop over them. */
export function mapsOverKeys(entry: Entry, program: CompiledGradient): Outcome {
  const { case: c, id } = entry;
  const loss = lossOf(entry, objectiveFor(objectiveOf("coupled"), c));
  const keys = random.split(random.key(seedFor(entry, 9)), 3);
  const mapped = flat(vmap((key: np.Array) => grad(loss)(repeatedLogits(c, ROWS), key))(keys.ref));
  const looped = np
    .split(keys, 3, 0)
    .flatMap((key) => flat(program(repeatedLogits(c, ROWS), key.reshape([2]))));
  const off = furthest(mapped, looped);
  return {
    claim: "vmap",
    holds: off <= 1,
    message: `${id} under vmap over three keys must be a loop over them; it differs by ${shown(off)} times what float32 allows (${caseText(entry)}).`,
  };
}

/** The gradient to the parameters of f is that of the value, at the same samples. */
export function gradientsToParameters(entry: Entry): Outcome {
  const { case: c, estimator, id } = entry;
  const w = np.array([0.5, -1.5, 2, 0.25, 1, -0.75].slice(0, widthOf(c.event))).reshape([...c.event]);
  const weighted = (weights: np.Array, logits: np.Array, key: np.Array): np.Array => {
    const g: Objective = (x) => np.sum(x.mul(weights.ref), lastAxes(c.event.length));
    const q = makeDistribution(c.kind, logits);
    const { losses, state } = statefulExpectation(q, g, estimator, key, freshState(entry));
    tree.dispose(state);
    weights.dispose();
    return np.sum(losses);
  };
  const both = jit(valueAndGrad(weighted));
  /** The value at a multiple of w, and w times the gradient there. */
  const at = (scale: number): [number, number] => {
    const [value, gradient] = both(w.ref.mul(scale), repeatedLogits(c, ROWS), random.key(seedFor(entry, 4)));
    return [value.js() as number, np.sum(w.ref.mul(gradient)).js() as number];
  };
  // Along w itself: for a mean of losses, which are linear in w, that is the value; for a bound it is about the difference.
  const [value, slope] = at(1);
  const difference = (at(1.02)[0] - at(0.98)[0]) / 0.04;
  both.dispose();
  w.dispose();
  const linear = Math.abs(difference - value) <= 2e-3 * Math.max(1, Math.abs(value));
  const [right, slack] = linear
    ? [value, 5e-4] // sums of 50 losses of order 1 in float32
    : [difference, 0.02 * Math.max(1, Math.abs(difference))];
  return {
    claim: "parameters",
    holds: Math.abs(slope - right) < slack,
    message: `${id} must pass the gradient to the parameters w of f; for losses linear in w, w times it is ${shown(slope)}, not ${shown(right)} (${caseText(entry)}).`,
  };
}
