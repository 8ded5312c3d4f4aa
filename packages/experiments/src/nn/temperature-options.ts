import { type Estimator, exponentialSchedule, geometricSchedule } from "hardgrad";
import type { Moment } from "../contract/experiment.ts";
import type { SettingsTable } from "../contract/options.ts";

/** Settings of `annealedTemperature`. */
export const temperatureOptions = {
  temperatureRate: {
    type: "number",
    default: 0,
    min: 0,
    max: 1,
    help: "temperature annealing: rate in max(floor, temperature exp(-rate step)); 0 turns it off",
  },
  temperatureFloor: {
    type: "number",
    default: 0.5,
    min: 0.01,
    max: 100,
    help: "temperature annealing: lowest temperature (floor)",
  },
} as const satisfies SettingsTable;

interface Annealing {
  readonly temperatureRate: number;
  readonly temperatureFloor: number;
  readonly temperatureEnd?: number;
}

/** The temperature of a step, for the schedules of an experiment: `{}` where it is not annealed. */
export function annealedTemperature(
  { step, totalSteps, temperature }: Pick<Moment, "step" | "totalSteps" | "temperature">,
  settings: Annealing,
): { readonly temperature?: number } {
  const { temperatureRate: rate, temperatureFloor: floor } = settings;
  const to = endOf(settings);
  if (temperature === undefined || (rate === 0 && to === 0)) return {};
  const schedule =
    to > 0
      ? geometricSchedule({ from: temperature, to, steps: totalSteps })
      : exponentialSchedule({ from: temperature, floor, rate });
  return { temperature: schedule.at(step) };
}

/** Only some experiments have an end; settings of a module of the user's refuse to be asked for what is not there. */
const endOf = (settings: Annealing): number =>
  "temperatureEnd" in settings ? (settings.temperatureEnd ?? 0) : 0;

/** Refuses an annealing that leaves the temperatures that the estimator takes. */
export function checkAnnealing(experiment: string, estimator: Estimator, settings: Annealing): void {
  const { temperatureRate, temperatureFloor } = settings;
  const temperatureEnd = endOf(settings);
  const option = estimator.options.temperature;
  if (option?.type !== "number" || !option.schedulable) return;
  const end: [string, number] | undefined =
    temperatureEnd > 0
      ? ["--temperature-end", temperatureEnd]
      : temperatureRate > 0
        ? ["--temperature-floor", temperatureFloor]
        : undefined;
  if (end && !(end[1] >= option.min && end[1] <= option.max))
    throw new RangeError(
      `${experiment}: ${end.join(" ")} is not a temperature of ${estimator.id}; give a number from ${option.min} to ${option.max}.`,
    );
}
