import type { OptionsTable } from "hardgrad";

/** Settings of `temperatureAt`. */
export const temperatureOptions: OptionsTable = {
  temperatureRate: {
    type: "number",
    default: 0,
    min: 0,
    max: 1,
    help: "temperature annealing: max(floor, temperature exp(-rate step)); 0 is off",
  },
  temperatureFloor: {
    type: "number",
    default: 0.5,
    min: 0.01,
    max: 100,
    help: "lowest temperature of that annealing",
  },
};
