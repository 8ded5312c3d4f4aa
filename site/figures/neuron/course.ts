import { type NeuronRow, neuronRows } from "@hardgrad/cli/internal/figures/neuron-rows";
import { numpy as np, random } from "@jax-js/jax";
import { bernoulli, sample } from "hardgrad";
import type { Course, State, Tools } from "../contract.ts";
import { BATCH, type EstimatesData, startEstimates } from "../estimators/estimates.ts";
import { compared, type neuronControls, POINTS } from "./controls.ts";

type Controls = typeof neuronControls;

const LAST = 400;
/** Samples that are shown one by one. */
const SHOWN = 64;

export interface NeuronData {
  /** The post's figure: probability and one sample at each point. */
  readonly points: readonly NeuronRow[];
  readonly a: number;
  readonly probability: number;
  readonly estimates: EstimatesData;
  readonly samples: number;
  readonly ones: number;
  /** The last samples, the newest first. */
  readonly rain: readonly number[];
}

/** One unit at a: its samples, and what each estimator passes on of a gradient of 1. */
export async function start(state: State<Controls>, tools: Tools): Promise<Course<Controls, NeuronData>> {
  const { a, squash, slope, seed } = state;
  const probability = squash === "sigmoid" ? "sigmoid" : "hard-sigmoid";
  const points = await neuronRows({ squash, slope, points: POINTS }, seed);
  const estimates = await startEstimates(
    {
      a: [a],
      slope,
      f: (h) => np.sum(h, -1),
      distribution: (logits) => bernoulli(logits, { probability }),
      name: `neuron ${squash}`,
      ids: compared(squash),
      dials: {},
      seed,
    },
    tools,
  );
  let [samples, ones, ticks] = [0, 0, 0];
  let rain: number[] = [];
  return {
    data: () => {
      const found = estimates.data();
      return { points, a, probability: found.mean, estimates: found, samples, ones, rain };
    },
    async tick() {
      await estimates.tick();
      const q = bernoulli(np.full([BATCH], slope * a), { probability });
      const drawn = (await sample(q, random.key(seed + 1_000_003 * ++ticks)).data()) as Float32Array;
      samples += BATCH;
      ones += drawn.reduce((sum, h) => sum + h, 0);
      rain = [...drawn.slice(0, SHOWN), ...rain].slice(0, SHOWN);
      return ticks < LAST;
    },
    end: estimates.end,
  };
}
