import { type GeneratorSettings, options } from "../../src/experiments/generator/options.ts";
import { type Dataset, resolveSettings, type Settings } from "../../src/index.ts";

/** The settings of a generator that trains in a second. */
export function tinyGenerator(given: Settings, data: Dataset): GeneratorSettings {
  const small = { hidden: "12", priorHidden: "8", asked: 10, warmUp: 0 };
  return resolveSettings(options, { ...small, ...given }, data);
}
