import { numpy as np, random } from "@jax-js/jax";
import { compiled } from "../compiler.ts";
import { keep } from "../distributions/index.ts";
import { sample } from "../expectation.ts";
import { valueAndGrad } from "../gradients.ts";
import { lossesAt } from "../objective.ts";
import type { Distribution, Objective } from "../types.ts";
import { repeated } from "./exact-gradient.ts";

const POINTS = 8;
/** Of the largest number: far above what another order of float32 sums does, far below what a wrong program does. */
const TOLERANCE = 1e-3;

/**
 * Compares f, and its gradient if it has one, at a few samples as they run one operation at a time and compiled. All that
 * is measured is compiled, and a compiler may be wrong. Keeps q.
 *
 * @throws RangeError where the two differ.
 */
export async function checkCompiled(q: Distribution, f: Objective, differentiable: boolean): Promise<void> {
  const points = repeated(keep(q), POINTS);
  const x = sample(keep(points), random.key(11));
  const values = (y: np.Array): np.Array => lossesAt("audit", points, f, y);
  await compare("value", values, x.ref);
  if (differentiable) {
    const gradient = (y: np.Array): np.Array => {
      const total = (z: np.Array): np.Array => np.sum(values(z));
      const [value, g] = valueAndGrad(total)(y);
      value.dispose();
      return g;
    };
    await compare("gradient", gradient, x.ref);
  }
  x.dispose();
  points.logits.dispose();
}

async function compare(what: string, run: (x: np.Array) => np.Array, x: np.Array): Promise<void> {
  const eager = (await run(x.ref).data()) as Float32Array;
  const program = compiled(run);
  const fused = (await program(x).data()) as Float32Array;
  program.dispose();
  const finite = eager.filter((v) => Number.isFinite(v)).map(Math.abs);
  const allowed = TOLERANCE * Math.max(1e-6, ...finite);
  const bad = eager.findIndex(
    (v, i) => Number.isFinite(v) !== Number.isFinite(fused[i]) || Math.abs(v - fused[i]!) > allowed,
  );
  if (bad >= 0 || eager.length !== fused.length)
    throw new RangeError(
      `audit: the ${what} of the objective is ${eager[bad]} run step by step and ${fused[bad]} compiled by jit, at the same ` +
        "sample, so nothing measured could be trusted: docs/limitations.md lists what jax-js compiles wrongly; write it " +
        "with other operations.",
    );
}
