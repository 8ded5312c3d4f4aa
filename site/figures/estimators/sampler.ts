import { jit, numpy as np, random, tree } from "@jax-js/jax";
import {
  type Distribution,
  type Estimator,
  grad,
  type NamedArrays,
  type Objective,
  statefulExpectation,
} from "hardgrad";
import { shared } from "./shared.ts";
import { AT_ONCE, WARM } from "./training.ts";

/** Independent estimates of one estimator on one problem, by one compiled program. */
export interface Sampler {
  /** The next estimates, `[count * logits]`; undefined as long as the estimator's state is trained. */
  draw(): Promise<Float32Array | undefined>;
  end(): void;
}

/** What is estimated: the gradient of `E[f]` with respect to a, where the distribution is that of `slope * a`. */
export interface Problem {
  readonly a: readonly number[];
  readonly slope: number;
  readonly distribution: (logits: np.Array) => Distribution;
  readonly f: Objective;
  /** The same for problems that differ in a and slope alone. */
  readonly name: string;
}

type Program = ((
  a: np.Array,
  slope: np.Array,
  key: np.Array,
  state: NamedArrays,
) => [np.Array, NamedArrays]) & {
  dispose(): void;
};

/** @param count estimates of one draw. The same seed gives the same estimates. */
export function startSampler(problem: Problem, estimator: Estimator, count: number, seed: number): Sampler {
  const { a, slope, name, distribution } = problem;
  const { id, settings } = estimator;
  const program = shared(JSON.stringify([name, a.length, id, settings, count]), () =>
    compile(problem, estimator, count),
  );
  let key = random.key(seed);
  let state = estimator.init(distribution(np.zeros([2, a.length])));
  let warm = estimator.stateful ? WARM : 0;
  const step = (): np.Array => {
    const [next, own] = np.split(random.split(key, 2), 2, 0) as [np.Array, np.Array];
    key = next.reshape([2]);
    const [estimates, later] = program.value(np.array([...a]), np.array([slope]), own.reshape([2]), state);
    state = later;
    return estimates;
  };
  return {
    async draw() {
      if (warm === 0) return (await step().data()) as Float32Array;
      for (let i = 0; i < AT_ONCE; i++) await step().data();
      warm -= AT_ONCE;
      return undefined;
    },
    end() {
      key.dispose();
      tree.dispose(state);
      program.release();
    },
  };
}

function compile({ distribution, f }: Problem, estimator: Estimator, count: number): Program {
  return jit((a: np.Array, slope: np.Array, key: np.Array, state: NamedArrays): [np.Array, NamedArrays] => {
    const width = a.size;
    const rows = np.broadcastTo(a.reshape([1, width]), [count, width]);
    const total = (x: np.Array): [np.Array, NamedArrays] => {
      const result = statefulExpectation(distribution(x.mul(slope)), f, estimator, key, state);
      return [np.sum(result.losses), result.state];
    };
    return grad(total, { hasAux: true })(rows);
  }) as unknown as Program;
}
