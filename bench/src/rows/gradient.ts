import type { Backend, HostArrays } from "@hardgrad/experiments";
import { random } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { Tensors } from "../protocol.ts";
import type { Entry } from "./row.ts";

/** Standard normal numbers times a factor. */
export function normal(seed: number, shape: readonly number[], factor: number): Tensors[string] {
  const data = random
    .normal(random.key(seed), [...shape])
    .mul(factor)
    .dataSync() as Float32Array;
  return { shape, data };
}

/**
 * A row without an optimizer: a step adds its loss to `total` and leaves the gradient of each name in
 * `gradient.NAME`. Inputs are taken in turn.
 */
export function gradientEntry(
  backend: Backend,
  step: (resident: NamedArrays, inputs: NamedArrays) => NamedArrays,
  initial: Tensors,
  names: readonly string[],
  inputs: readonly HostArrays[],
): Entry {
  const compiled = backend.update(step);
  const zeros = Object.fromEntries(
    names.map((name) => {
      const { shape, data } = initial[name]!;
      return [`gradient.${name}`, { shape, data: new Float32Array(data.length) }];
    }),
  );
  const resident = backend.put({ ...initial, ...zeros, total: { shape: [], data: new Float32Array(1) } });
  const total = async (): Promise<number> => (await resident.read(["total"])).total!.data[0]!;
  let count = 0;
  const run = async (steps: number): Promise<number> => {
    const before = await total();
    for (let i = 0; i < steps; i++) await compiled(resident, inputs[count++ % inputs.length]!);
    return ((await total()) - before) / steps;
  };
  return {
    run,
    async check() {
      const loss = await run(1);
      const arrays = await resident.read(names.map((name) => `gradient.${name}`));
      const results: Tensors = { loss: { shape: [1], data: Float32Array.of(loss) } };
      for (const name of names) {
        const { shape, data } = arrays[`gradient.${name}`]!;
        results[name] = { shape, data: Float32Array.from(data) };
      }
      return results;
    },
  };
}
