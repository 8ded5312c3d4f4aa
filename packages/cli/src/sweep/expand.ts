import { datasetNames, type Experiment, type RunConfig } from "@hardgrad/experiments";
import { resolveRun } from "../ask/configuration.ts";
import { UsageError } from "../ask/errors.ts";
import { parseEstimator } from "../ask/estimator.ts";
import { type Flags, flagKey, kebab, optionValue, wholeNumberFlag } from "../ask/flags.ts";
import { unknownName } from "../ask/suggest.ts";
import { isOwnData } from "../data/own-data.ts";
import type { Spec } from "./spec.ts";

type Value = number | string | boolean;

/** One run that a sweep asks for: its configuration, and the flags that differ between the runs of the sweep. */
export interface AskedRun {
  readonly config: RunConfig;
  readonly varied: { readonly [flag: string]: Value };
}

/** Flags that every experiment has. */
const common = ["data", "train-size", "test-size"];

/**
 * Every run of a sweep: each entry of the list with each point of the grid, each estimator and each seed.
 *
 * @throws UsageError with the place in the file.
 */
export function expand(file: string, spec: Spec, experiment: Experiment): AskedRun[] {
  const { flags = {}, grid = {}, list = [{}], estimators } = spec;
  const check = (place: string, name: string, value: Value): void =>
    checkFlag(file, place, experiment, name, value);
  for (const [name, value] of Object.entries(flags)) check(`flags.${name}`, name, value);
  for (const [name, values] of Object.entries(grid))
    for (const [i, value] of values.entries()) check(`grid.${name}[${i}]`, name, value);
  for (const [i, entry] of list.entries())
    for (const [name, value] of Object.entries(entry)) check(`list[${i}].${name}`, name, value);
  refuseTwice(file, [
    ["flags", flags],
    ["grid", grid],
    ...list.map((entry, i) => [`list[${i}]`, entry] as const),
  ]);
  for (const [i, estimator] of (estimators ?? []).entries())
    inPlace(`${file}: estimators[${i}]`, () => parseEstimator(estimator));
  const points = product(grid);
  return list.flatMap((entry) =>
    points.flatMap((point) =>
      (estimators ?? [undefined]).flatMap((estimator) =>
        seedsOf(spec).map((seed) => {
          const varied = Object.fromEntries(
            Object.entries({ ...entry, ...point }).map(([n, v]) => [kebab(n), v]),
          );
          const asked = asFlags({ ...flags, ...varied });
          const what = Object.entries(varied).map(([name, value]) => ` with ${name} ${value}`);
          return {
            config: inPlace(`${file}${what.join("")}`, () => resolveRun(experiment, estimator, seed, asked)),
            varied,
          };
        }),
      ),
    ),
  );
}

/** Every combination of one value of each list, the last list fastest. */
function product(grid: { readonly [name: string]: readonly Value[] }): { [name: string]: Value }[] {
  return Object.entries(grid).reduce<{ [name: string]: Value }[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

function seedsOf({ seeds = 1 }: Spec): readonly number[] {
  if (typeof seeds === "object" && !("count" in seeds)) return seeds;
  const { first, count } = typeof seeds === "number" ? { first: 0, count: seeds } : seeds;
  return Array.from({ length: count }, (_, i) => first + i);
}

/** As the command line would have them: text by camel-case name; what is on or off as it is. */
function asFlags(values: { readonly [name: string]: Value }): Flags {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      flagKey(name),
      typeof value === "boolean" ? value : String(value),
    ]),
  );
}

function checkFlag(file: string, place: string, experiment: Experiment, name: string, value: Value): void {
  const known = [...Object.keys(experiment.options).map(kebab), ...common];
  const flag = kebab(name);
  if (!known.includes(flag)) throw inPlaceError(`${file}: ${place}`, unknownName("flag", name, known));
  const [option, spec] = Object.entries(experiment.options).find(([n]) => kebab(n) === flag) ?? [];
  const called = `${file}: ${place}`;
  if (spec && option !== undefined) {
    if (spec.type === "boolean" && typeof value !== "boolean")
      throw new UsageError(`${called} must be true or false, not ${JSON.stringify(value)}.`);
    if (spec.type !== "boolean") optionValue(called, spec, String(value));
  } else if (flag === "data") {
    if (typeof value !== "string" || !(datasetNames.includes(value) || isOwnData(value)))
      throw inPlaceError(called, unknownName("dataset", String(value), datasetNames));
  } else wholeNumberFlag(called, String(value), 1, 1_000_000);
}

/** Refuses a flag that is said in two places, or in two spellings. */
function refuseTwice(
  file: string,
  parts: readonly (readonly [string, { readonly [name: string]: unknown }])[],
): void {
  const said = new Map<string, string>();
  for (const [place, values] of parts) {
    const here = new Map(Object.keys(values).map((name) => [kebab(name), name]));
    for (const [flag, name] of here) {
      const before = said.get(flag);
      const both = before?.startsWith("list[") && place.startsWith("list["); // alternatives
      if (before !== undefined && !both)
        throw new UsageError(`${file}: ${place}.${name} is said already, in ${before}; say it once.`);
      said.set(flag, place);
    }
    if (here.size < Object.keys(values).length)
      throw new UsageError(`${file}: ${place} says a flag twice, in two spellings; say it once.`);
  }
}

function inPlaceError(place: string, error: Error): UsageError {
  return new UsageError(`${place}: ${error.message}`);
}

/** What is refused in there is refused with its place. */
function inPlace<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError || error instanceof RangeError) throw inPlaceError(place, error);
    throw error;
  }
}
