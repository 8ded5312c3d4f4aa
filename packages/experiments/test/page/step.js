// A training step of one's own: in a page, and in a worker of it.
import { compileStep } from "@hardgrad/compiler";
import { defaultDevice, init, jit, numpy as np, random, tree } from "@jax-js/jax";
import { bernoulli, expectation, rloo, valueAndGrad } from "hardgrad";

/** The losses of a compiled step and of the same step by jit. */
export async function compiledStep() {
  await init("wasm");
  defaultDevice("wasm");
  const fn = (w, x, key) => {
    const f = (bits) => np.sum(np.square(bits.sub(0.45)), -1);
    const loss = (v) => np.mean(expectation(bernoulli(np.matmul(x, v)), f, rloo(), key));
    const [value, gradient] = valueAndGrad(loss)(w.ref);
    return { state: w.sub(gradient.mul(0.5)), loss: value };
  };
  const initial = () => random.normal(random.key(1), [7, 5]);
  const x = () => random.normal(random.key(2), [6, 7]);
  const step = await compileStep((w, inputs) => fn(w, inputs.x, inputs.key), {
    state: initial(),
    inputs: { x: x(), key: random.key(0) },
  });
  const jitted = jit(fn);
  let w = initial();
  const losses = { compiled: [], jit: [], device: step.device };
  for (let n = 0; n < 5; n++) {
    losses.compiled.push(step.run({ x: x(), key: random.key(n) }).loss);
    const { state, loss } = jitted(w, x(), random.key(n));
    w = state;
    losses.jit.push(loss.item());
  }
  tree.dispose(w);
  step.dispose();
  return losses;
}
