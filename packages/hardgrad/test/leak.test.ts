import { jit, numpy as np, random } from "@jax-js/jax";
import { expect, test } from "vitest";
import { statefulExpectation } from "../src/index.ts";
import { makeDistribution, supported } from "./harness.ts";
import { objectives } from "./objectives.ts";

/** In a file, and so a process, of its own: it reads the memory of the process. */
const coupled = objectives.find((o) => o.name === "coupled")!;

test("a thousand jitted steps leak nothing", () => {
  for (const id of ["reinmax", "rloo", "reinforce-minimum-variance", "rebar"]) {
    const entry = supported.find((e) => e.id === id)!;
    const { estimator, case: c } = entry;
    const step = jit((logits: np.Array, key: np.Array, state: { [name: string]: np.Array }) => {
      const q = makeDistribution(c.kind, logits);
      const result = statefulExpectation(q, (x) => coupled.jax(x, c.event.length), estimator, key, state);
      return [np.mean(result.losses), result.state] as [np.Array, { [name: string]: np.Array }];
    });
    const logits = np.array([...c.logits, ...c.logits]).reshape([2, ...c.event]);
    const key = random.key(1);
    let state = estimator.init(makeDistribution(c.kind, logits));
    const run = (steps: number): void => {
      for (let i = 0; i < steps; i++) {
        const [loss, next] = step(logits.ref, key.ref, state);
        state = next;
        // Read now and then, as a training loop does: what is never read waits in a queue.
        if (i % 20 === 0) loss.dataSync();
        else loss.dispose();
      }
    };
    run(100);
    // The least growth of three rounds: a leak grows in every round, the garbage collector's whims do not.
    const growth = [0, 1, 2].map(() => {
      const before = process.memoryUsage().rss;
      run(1000);
      return (process.memoryUsage().rss - before) / 2 ** 20;
    });
    expect(logits.refCount, id).toBe(1);
    expect(key.refCount, id).toBe(1);
    // A leak of one array of 24 floats per step would be small in bytes, but each holds a JavaScript object as well.
    expect(Math.min(...growth), id).toBeLessThan(32);
  }
});
