import type { Estimator, OptionsTable } from "hardgrad";
import type { Settings } from "../contract/experiment.ts";

/** Settings of `temperatureAt`. */
export const temperatureOptions: OptionsTable = {
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
};

/** Refuses an annealing that leaves the temperatures that the estimator takes. */
export function checkAnnealing(experiment: string, estimator: Estimator, settings: Settings): void {
  const { temperatureRate = 0, temperatureFloor = 0, temperatureEnd = 0 } = settings;
  const option = estimator.options.temperature;
  if (option?.type !== "number" || !option.schedulable) return;
  const ends: [string, number][] = [];
  if ((temperatureEnd as number) > 0) ends.push(["--temperature-end", temperatureEnd as number]);
  else if ((temperatureRate as number) > 0) ends.push(["--temperature-floor", temperatureFloor as number]);
  for (const [flag, end] of ends)
    if (!(end >= option.min && end <= option.max))
      throw new RangeError(
        `${experiment}: ${flag} ${end} is not a temperature of ${estimator.id}; give a number from ${option.min} to ${option.max}.`,
      );
}
