import type { Estimator } from "hardgrad";
import type { SettingsTable } from "../contract/options.ts";

/** Settings of `temperatureAt`. */
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

/** Refuses an annealing that leaves the temperatures that the estimator takes. */
export function checkAnnealing(
  experiment: string,
  estimator: Estimator,
  settings: {
    readonly temperatureRate: number;
    readonly temperatureFloor: number;
    readonly temperatureEnd?: number;
  },
): void {
  const { temperatureRate, temperatureFloor, temperatureEnd = 0 } = settings;
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
