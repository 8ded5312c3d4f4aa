import { jit, numpy as np, random } from "@jax-js/jax";
import { bernoulli, catalogue, expectation, grad } from "hardgrad";
import type { Start, State } from "../contract.ts";
import { type controls, type Data, MOST_STEPS, RUNS, STEPS } from "./controls.ts";

/** Descends on E[(b - t)²] by each estimator, from a fair coin, in many runs side by side. */
export const start = async (state: State<typeof controls>): ReturnType<Start<typeof controls, Data>> => {
  const racers = state.estimators.map((id) => {
    const estimator = catalogue.find((entry) => entry.id === id)!.create();
    const loss = (logits: np.Array, key: np.Array, target: np.Array): np.Array =>
      np.sum(
        expectation(
          bernoulli(logits),
          (b: np.Array) => np.square(np.sum(b, -1).sub(target.ref)),
          estimator,
          key,
        ),
      );
    const step = jit((logits: np.Array, key: np.Array, target: np.Array, rate: np.Array) =>
      logits.ref.sub(grad(loss)(logits, key, target).mul(rate)),
    );
    return { id, step, logits: np.zeros([RUNS, 1]), mean: [0.5], error: [0] };
  });
  let steps = 0;
  return {
    data: () => ({
      curves: racers.map(({ id, mean, error }) => ({ id, mean: [...mean], error: [...error] })),
    }),
    async tick() {
      for (let i = 0; i < STEPS; i++) {
        const key = random.key(state.seed * MOST_STEPS + steps++);
        for (const racer of racers)
          racer.logits = racer.step(racer.logits, key.ref, np.array(state.target), np.array(state.rate));
        key.dispose();
      }
      for (const racer of racers) {
        const p = Array.from((await racer.logits.ref.data()) as Float32Array, (a) => 1 / (1 + Math.exp(-a)));
        const mean = p.reduce((sum, v) => sum + v, 0) / RUNS;
        const variance = p.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (RUNS - 1);
        racer.mean.push(mean);
        racer.error.push(Math.sqrt(variance / RUNS));
      }
      return steps < MOST_STEPS;
    },
    end() {
      for (const racer of racers) {
        racer.logits.dispose();
        racer.step.dispose();
      }
    },
  };
};
