import { jit, numpy as np, random } from "@jax-js/jax";
import {
  bernoulli,
  categorical,
  type Distribution,
  type Estimator,
  grad,
  type NamedArrays,
  rebar,
  relax,
  rloo,
  rodeo,
  valueAndGrad,
} from "hardgrad";
import { expect, test } from "vitest";

const mixing = random.normal(random.key(8), [6, 4]);

/** A loss that is no polynomial of low degree, and mixes the units by a matrix product, as a decoder does. */
function loss(x: np.Array): np.Array {
  const rows = x.shape.at(-1) === 6 ? x : x.reshape([...x.shape.slice(0, -2), 6]);
  const mixed = np.matmul(rows, mixing.ref);
  return np.sum(np.tanh(mixed), -1);
}

const kinds: readonly [string, np.Array, (a: np.Array) => Distribution][] = [
  ["bernoulli", random.normal(random.key(1), [5, 6]), bernoulli],
  ["categorical", random.normal(random.key(1), [5, 2, 3]), categorical],
];

const kept = (state: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(state).map(([name, x]) => [name, x.ref]));

for (const [kind, given, make] of kinds)
  for (const estimator of [rebar({ learningRate: 0 }), relax({ learningRate: 0 })])
    test(`${estimator.id}, ${kind}: what it learns by is the gradient of the mean square of its estimate`, () => {
      const logits = (): np.Array => given.ref;
      const at = estimator.init(make(logits()));
      if ("output" in at) at.output = random.normal(random.key(2), at.output!.shape);
      const drawn = estimator.noise(make(logits()), random.key(3));
      const noise = (): np.Array => drawn.ref;
      const run = jit((state: NamedArrays) => {
        const g = grad((a: np.Array) => {
          const { losses, state: next } = estimator.losses(make(a), loss, noise(), state);
          for (const x of Object.values(next as NamedArrays)) x.dispose();
          return np.sum(losses);
        })(logits());
        return np.mean(np.square(g));
      });
      const meanSquare = (state: NamedArrays): number => run(state).item() as number;
      const { losses, state: next } = estimator.losses(make(logits()), loss, noise(), kept(at));
      losses.dispose();
      let largest = 0;
      for (const name of Object.keys(at).filter((key) => `${key}/mean` in at)) {
        const values = [...at[name]!.ref.dataSync()];
        // Adam's moment is a tenth of the first gradient.
        const learned = [...next[`${name}/mean`]!.ref.dataSync()].map((x) => 10 * x);
        for (const i of values.keys()) {
          if (i % Math.ceil(values.length / 4) > 0) continue;
          const moved = (by: number): number => {
            const x = np.array(values.map((v, j) => (j === i ? v + by : v))).reshape(at[name]!.shape);
            return meanSquare({ ...kept(at), [name]: x });
          };
          const difference = (moved(1e-2) - moved(-1e-2)) / 2e-2;
          // Differences of float32 means near 1: 1e-7 over 2e-2, and the curvature over a step of 1e-2.
          expect(Math.abs(learned[i]! - difference), `${name}[${i}]`).toBeLessThan(
            1e-3 + 0.02 * Math.abs(difference),
          );
          largest = Math.max(largest, Math.abs(difference));
        }
      }
      expect(largest).toBeGreaterThan(0.02);
      run.dispose();
    });

test("RODEO: its coefficients are learned within 40 steps, also on a loss far from 0", () => {
  const units = 30;
  const given = random.normal(random.key(4), [4, units]);
  const couplings = random.normal(random.key(5), [units, 20]).mul(0.3);
  // Its level is far from 0, as that of a bound is: nothing but a constant, which must not spoil the control variate.
  const bound = (b: np.Array): np.Array =>
    np.sum(np.log(np.exp(np.matmul(b, couplings.ref)).add(1)), -1).add(100);
  const estimators = { rloo: rloo({ samples: 2 }), rodeo: rodeo({ samples: 2 }) };
  /** The total variance of the gradient, by 40 draws after 40 steps of learning. */
  const variance = (estimator: Estimator): number => {
    const step = jit((state: NamedArrays, key: np.Array) => {
      const q = bernoulli(given.ref);
      const noise = estimator.noise(q, key);
      const of = valueAndGrad(
        (a: np.Array) => {
          const drawn = estimator.losses(bernoulli(a), bound, noise, state);
          return [np.sum(drawn.losses), drawn.state] as const;
        },
        { hasAux: true },
      );
      const [[total, next], g] = of(q.logits);
      total.dispose();
      return { g, next };
    });
    let state = estimator.init(bernoulli(given.ref));
    const sum = new Float64Array(4 * units);
    const squares = new Float64Array(4 * units);
    for (let n = 0; n < 80; n++) {
      const { g, next } = step(state, random.key(n));
      state = next;
      if (n < 40) {
        g.dispose();
        continue;
      }
      for (const [i, x] of g.dataSync().entries()) {
        sum[i]! += x;
        squares[i]! += x * x;
      }
    }
    step.dispose();
    return squares.reduce((total, square, i) => total + (square - sum[i]! ** 2 / 40) / 39, 0);
  };
  // Two sets of 40 draws of 120 logits: a standard error of about 0.01 here. By means over variables it stays near 1.
  expect(variance(estimators.rodeo) / variance(estimators.rloo)).toBeLessThan(0.4);
});
