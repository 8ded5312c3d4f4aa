import { expect } from "vitest";
import { jaxBackend } from "../../src/engine/backends/jax.ts";
import {
  type Backend,
  drawnDigits,
  type EstimatorSpec,
  findExperiment,
  resolveSettings,
  type Settings,
  trainingStep,
  useDevice,
} from "../../src/index.ts";

/** What the compiled backend said: nothing, where all of a step is compiled. */
export const notices: string[] = [];
export const compiled = await useDevice("wasm", { notice: (sentence) => notices.push(sentence) });
export const plain = jaxBackend("wasm");
export const data = drawnDigits({ train: 400, test: 100 });

export type Arrays32 = { readonly [name: string]: ArrayLike<number> };

/** All resident arrays after some steps of a run, on both devices. */
export async function onBoth(
  name: string,
  estimator: string | EstimatorSpec,
  settings: Settings,
  steps: number,
): Promise<[Arrays32, Arrays32]> {
  const experiment = findExperiment(name);
  const made = await trainingStep(
    experiment,
    {
      experiment: name,
      estimator: typeof estimator === "string" ? { id: estimator, options: {} } : estimator,
      data: "drawn",
      drawn: { train: 400, test: 100 },
      seed: 3,
      settings: resolveSettings(experiment.options, { batch: 20, ...settings }, data),
    },
    data,
  );
  const run = async (backend: Backend): Promise<Arrays32> => {
    const resident = backend.put(made.initial);
    const step = backend.update(made.step);
    for (let i = 0; i < steps; i++) await step(resident, made.inputs(i));
    const arrays = await resident.read();
    resident.dispose();
    return Object.fromEntries(Object.entries(arrays).map(([name, x]) => [name, x.data]));
  };
  return [await run(compiled), await run(plain)];
}

/** Largest difference in an array, over its largest entry. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [worst, largest] = [0, 1e-6];
  for (let i = 0; i < b.length; i++) {
    worst = Math.max(worst, Number.isNaN(a[i]) ? Number.POSITIVE_INFINITY : Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return worst / largest;
}

export function expectClose(
  [a, b]: [Arrays32, Arrays32],
  tolerance: number,
  groups: readonly string[],
): void {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const name of Object.keys(b))
    if (groups.some((group) => name.startsWith(group)))
      expect(difference(a[name]!, b[name]!), name).toBeLessThan(tolerance);
}
