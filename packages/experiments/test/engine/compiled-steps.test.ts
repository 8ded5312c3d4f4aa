import { catalogue, type Estimator } from "hardgrad";
import { describe, expect, test } from "vitest";
import { jaxBackend } from "../../src/engine/backends/jax.ts";
import {
  type Backend,
  drawnDigits,
  findExperiment,
  resolveSettings,
  type Settings,
  trainingStep,
  useDevice,
} from "../../src/index.ts";

const notices: string[] = [];
const compiled = await useDevice("wasm", { notice: (sentence) => notices.push(sentence) });
const plain = jaxBackend("wasm");
const data = drawnDigits({ train: 400, test: 100 });

type Arrays32 = { readonly [name: string]: ArrayLike<number> };

/** All resident arrays after some steps of a run, on both devices. */
async function onBoth(
  name: string,
  id: string,
  settings: Settings,
  steps: number,
): Promise<[Arrays32, Arrays32]> {
  const experiment = findExperiment(name);
  const made = await trainingStep(
    experiment,
    {
      experiment: name,
      estimator: { id, options: {} },
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

function expectClose([a, b]: [Arrays32, Arrays32], tolerance: number, groups: readonly string[]): void {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const name of Object.keys(b))
    if (groups.some((group) => name.startsWith(group)))
      expect(difference(a[name]!, b[name]!), name).toBeLessThan(tolerance);
}

describe("one step on native is the step on wasm", () => {
  const all = catalogue.map(({ create }) => create());
  // They learn control variates by the gradient of a variance, a difference of numbers of the size of squared losses.
  const adaptive = ["rebar", "relax", "double-cv", "rodeo"];
  const state = (e: Estimator): string[] => (adaptive.includes(e.id) ? [] : ["estimator."]);

  test.each(all.filter((e) => e.supports.includes("bernoulli")).map((e) => [e.id, e] as const))(
    "classifier, %s",
    async (id, e) => {
      const arrays = await onBoth("classifier", id, { hidden: 6 }, 1);
      // Both round sums of 20 examples and 784 pixels in float32; estimates are differences of losses.
      expectClose(arrays, 1e-3, ["params.", "optimizer.", "run.", ...state(e)]);
      expect(notices).toEqual([]);
    },
  );

  const categorical = all.filter(
    (e) => e.supports.includes("categorical") && !e.supports.includes("bernoulli"),
  );
  test.each([...categorical.map((e) => e.id), "reinmax", "gumbel-rao", "rloo"])("vae, %s", async (id) => {
    const arrays = await onBoth("vae", id, { variables: 2, categories: 3, hidden: "8" }, 1);
    // Losses are near 540 here, so that differences of losses keep four digits. Adam's first step is of the size of the
    // learning rate where a gradient is near zero, whatever its sign: parameters say nothing that moments do not.
    expectClose(arrays, 5e-3, ["optimizer.", "run."]);
    expect(notices).toEqual([]);
  });
});

describe("100 steps on native are those on wasm", () => {
  // Rounding grows from step to step. A hard sample within rounding of its threshold would part the runs; of the 20,000
  // samples drawn here none is, for these seeds.
  test.each([
    ["classifier", "straight-through-sigmoid", { hidden: 6, learningRate: 0.01 }],
    ["classifier", "reinmax", { hidden: 6, optimizer: "adam", learningRate: 1e-3 }],
    ["vae", "straight-through", { variables: 2, categories: 3, hidden: "8" }],
    ["vae", "straight-through-sigmoid", { latents: "bernoulli", variables: 4, hidden: "8" }],
  ] as const)("%s, %s", async (experiment, id, settings) => {
    expectClose(await onBoth(experiment, id, settings, 100), 1e-3, ["params.", "run."]);
  });
});
