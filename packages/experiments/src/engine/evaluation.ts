import type { HostArray, HostArrays, Resident } from "../contract/backend.ts";
import type { Dataset, Split } from "../contract/dataset.ts";
import type { EvaluationContext } from "../contract/experiment.ts";
import type { RunConfig } from "../contract/run.ts";
import { gather, range } from "./batches.ts";
import { keyOf, PURPOSE } from "./keys.ts";
import type { Program } from "./program.ts";
import { totalVariance } from "./variance.ts";

const VARIANCE_KEYS = 16;
const BLOCK = 1000;
const MOST_BLOCKS = 1024;

/** What an experiment measures a run with, at some step. */
export function contextOf(at: {
  config: RunConfig;
  /** Names of the parameters whose gradient is estimated. */
  estimated: readonly string[];
  dataset: Dataset;
  program: Program;
  resident: Resident;
  step: number;
  ended: boolean;
  schedules: HostArrays;
  /** What a step gets, without key and schedules, for the first images. */
  first: () => HostArrays;
}): EvaluationContext {
  const { config, estimated, dataset, program, resident, step } = at;
  const { learningRate, temperature, ...schedules } = at.schedules;
  const keyAt = (start: number, draw = 0): HostArray =>
    draw === 0
      ? keyOf(config.seed, PURPOSE.evaluate, step + start)
      : keyOf(config.seed, PURPOSE.draw, draw * MOST_BLOCKS + Math.ceil(start / BLOCK));
  const call: EvaluationContext["call"] = async (name, inputs = {}) => {
    if (!Object.hasOwn(program.evaluations, name))
      throw new RangeError(
        `there is no evaluation ${name}; known: ${Object.keys(program.evaluations).join(", ") || "none"}.`,
      );
    return program.evaluations[name]!(resident, { key: keyAt(0), ...schedules, ...inputs });
  };
  return {
    settings: config.settings,
    dataset,
    ended: at.ended,
    call,
    read: (names) => resident.read(names),
    over: (name, split, draw) =>
      overBlocks(split, (inputs, start) => call(name, { ...inputs, key: keyAt(start, draw) })),
    gradientVariance: () => {
      const batch = at.first();
      return totalVariance(async (i) => {
        const key = keyOf(config.seed, PURPOSE.variance, i);
        const gradient = await program.gradient(resident, { ...batch, key, ...at.schedules });
        return estimated.map((name) => gradient[name]!.data);
      }, VARIANCE_KEYS);
    },
  };
}

/** Calls a function for blocks of one shape and joins the results, one row per image. */
async function overBlocks(
  split: Split,
  call: (inputs: HostArrays, start: number) => Promise<{ [name: string]: HostArray }>,
): Promise<{ [name: string]: Float32Array }> {
  const joined: { [name: string]: Float32Array } = {};
  const width = Math.min(BLOCK, split.count);
  for (let from = 0; from < split.count; from += width) {
    // The last block is moved back so that all have one shape and nothing recompiles.
    const start = Math.min(from, split.count - width);
    const results = await call(gather(split, range(width, start)), start);
    for (const [name, { data }] of Object.entries(results)) {
      const perImage = data.length / width;
      joined[name] ??= new Float32Array(split.count * perImage);
      joined[name].set(data, start * perImage);
    }
  }
  return joined;
}
