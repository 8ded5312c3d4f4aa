import { compileStep } from "@hardgrad/compiler";
import { adam } from "@hardgrad/experiments";
import type { Circuit } from "@hardgrad/runtime/circuit";
import { numpy as np, tree } from "@jax-js/jax";
import { valueAndGrad } from "hardgrad";
import { chosenCircuit } from "./circuit.ts";
import { type Arrays, initial, neighbourhoods, outputs } from "./network.ts";
import { APART, DECAY, PATIENCE, RATE } from "./recipe.ts";
import { CELLS, ROWS, rule } from "./rule.ts";

/** A network that learns the rule. */
export interface Learner {
  /** Steps of this network, and how many were given up before it. */
  readonly step: number;
  readonly restarts: number;
  learn(steps: number): { readonly loss: number; readonly wrong: number; readonly circuit: Circuit };
  dispose(): void;
}

const wanted = Float32Array.from({ length: ROWS }, (_, row) => (rule[row >> 5]! >>> (row & 31)) & 1);

/** Mean squared error of all the last layer's outputs over all neighbourhoods, by Adam. */
export async function learnerOf(seed: number): Promise<Learner> {
  const optimizer = adam({ b2: 0.99 });
  const fresh = (attempt: number) => {
    const { logits, masks } = initial(seed + APART * attempt);
    return { moments: optimizer.init(tree.ref(logits)), logits, masks };
  };
  const inputs = {
    x: { shape: [CELLS, ROWS], data: neighbourhoods },
    y: { shape: [1, ROWS], data: wanted },
  };
  const shrinking = (at: number): number => RATE * (DECAY[0] + ((DECAY[1] - DECAY[0]) * at) / PATIENCE);
  const program = await compileStep(
    ({ logits, masks, moments }, { x, y, shrink }) => {
      const loss = (now: Arrays): np.Array =>
        np.mean(np.square(outputs(now, tree.ref(masks), x.ref).sub(y.ref)));
      const [value, gradients] = valueAndGrad(loss)(tree.ref(logits));
      tree.dispose([x, y]);
      const keep = np.negative(shrink).add(1);
      const kept = Object.fromEntries(Object.entries(logits).map(([name, a]) => [name, a.mul(keep.ref)]));
      keep.dispose();
      const next = optimizer.update(gradients, moments, kept, np.array(RATE));
      return { state: { moments: next.state, logits: next.params, masks }, loss: value };
    },
    { state: fresh(0), inputs: { ...inputs, shrink: 0 } },
    { device: "wasm" },
  );
  let [step, restarts] = [0, 0];
  return {
    get step() {
      return step;
    },
    get restarts() {
      return restarts;
    },
    learn(steps) {
      if (step >= PATIENCE) {
        program.setState(fresh(++restarts));
        step = 0;
      }
      let loss = 0;
      for (let i = 0; i < steps; i++, step++)
        loss = Number(program.run({ ...inputs, shrink: shrinking(step) }).loss);
      const { logits, masks } = program.plainState();
      return { loss, ...chosenCircuit(logits as never, masks as never) };
    },
    dispose: () => program.dispose(),
  };
}
