import { resolve } from "node:path";
import { datasetNames, type RunConfig } from "@hardgrad/experiments";
import { isOwnData } from "../data/own-data.ts";
import { seedOf } from "./configuration.ts";
import { UsageError } from "./errors.ts";
import { formatEstimator, parseEstimator, wholeEstimator } from "./estimator.ts";
import { type Flags, flagKey, kebab, optionValue, wholeNumberFlag } from "./flags.ts";
import { experimentOf } from "./own.ts";
import { specsOf } from "./spec-text.ts";
import { unknownName } from "./suggest.ts";

/** What may be different when a run goes on: it changes how, not what. */
const free = ["resume", "device", "threads", "checkpointEvery", "jobs", "json", "quiet"];

/** What is resumed: one run, or the runs of a comparison. */
export interface Resumed {
  readonly path: string;
  readonly configs: readonly RunConfig[];
  /** For the way out: `run`, `comparison`. */
  readonly what: string;
}

/**
 * Refuses flags that say something else than the folder that is resumed. The same said again is fine.
 *
 * @param allowed flags that the caller looks after.
 */
export function refuseContradictions(
  resumed: Resumed,
  experiment: string | undefined,
  flags: Flags,
  allowed: readonly string[] = [],
): void {
  const { path, configs, what } = resumed;
  const found: { given: string; made: string }[] = [];
  const compare = (given: string, made: string, same: boolean): void => {
    if (!same) found.push({ given, made });
  };
  const own = configs[0]!.experiment;
  if (experiment !== undefined) compare(experiment, own, experiment === own);
  // The flags of another experiment mean something else: that it is another one is all there is to say.
  const keys = found.length > 0 ? [] : Object.keys(flags).filter((key) => flags[key] !== undefined);
  for (const key of keys) {
    if (free.includes(key) || allowed.includes(key)) continue;
    const text = String(flags[key]);
    const { made, same } = comparison(resumed, key, text);
    const flag = `--${kebab(key)}`;
    compare(`${flag} ${text}`, made === undefined ? `no ${flag}` : `${flag} ${made}`, same);
  }
  if (found.length === 0) return;
  const given = found.map((f) => f.given).join(" ");
  const one = found.length === 1;
  throw new UsageError(
    `${given} ${one ? "contradicts" : "contradict"} ${path}, which was made with ${found.map((f) => f.made).join(" ")}; leave ${one ? "it" : "them"} out, or start another ${what} without --resume.`,
  );
}

/** What the folder has of a flag, and whether the flag says the same. */
function comparison(
  { path, configs }: Resumed,
  key: string,
  text: string,
): { made: string | undefined; same: boolean } {
  const [first] = configs as [RunConfig];
  const said = (values: readonly unknown[], given: unknown): { made: string | undefined; same: boolean } => {
    const all = [...new Set(values)];
    return {
      made: values[0] === undefined ? undefined : all.join(" or "),
      same: all.length === 1 && all[0] === given,
    };
  };
  const seeds = [...new Set(configs.map((c) => c.seed))];
  switch (key) {
    case "out":
      return { made: path, same: resolve(text) === resolve(path) };
    case "estimator":
    case "estimators": {
      const specs = [...new Set(configs.map((c) => formatEstimator(c.estimator)))];
      const given = specsOf(text).map((one) => wholeEstimator(parseSuited(one, first)));
      const made = [...new Set(configs.map((c) => wholeEstimator(c.estimator)))];
      return { made: specs.join(","), same: given.sort().join() === made.sort().join() };
    }
    case "seed":
      return said([seeds[0]], seedOf({ seed: text }));
    case "seeds":
      return said([seeds.length], wholeNumberFlag("--seeds", text, 1, 1000));
    case "data":
      if (!datasetNames.includes(text) && !isOwnData(text)) throw unknownName("dataset", text, datasetNames);
      return said([first.data], text);
    case "trainSize":
    case "testSize": {
      const made = key === "trainSize" ? first.drawn?.train : first.drawn?.test;
      return said([made], wholeNumberFlag(`--${kebab(key)}`, text, 1, 1_000_000));
    }
    default: {
      const [name, spec] = Object.entries(experimentOf(first.experiment).options).find(([n]) => flagKey(n) === key)!; // biome-ignore format: one thought
      const made = configs.map((c) => c.settings[name]);
      return said(made, optionValue(`--${kebab(name)}`, spec, text));
    }
  }
}

/** An estimator as `resolveRun` reads it: with the options that suit the experiment. */
function parseSuited(text: string, { experiment, data, settings }: RunConfig): RunConfig["estimator"] {
  const { id, options } = parseEstimator(text);
  const suited = experimentOf(experiment).recommended(id, data, settings);
  return { id, options: { ...suited.options, ...options } };
}
