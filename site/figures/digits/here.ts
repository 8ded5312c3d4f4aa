/** The generator that learns in the page: a small network and few steps, so that it draws in a quarter of a minute. */
export const SETTINGS = {
  hidden: "128-64",
  styleSize: 8,
  priorLayers: 2,
  priorHidden: "32",
  batch: 50,
  asked: 20,
  warmUp: 50,
  learningRate: 0.004,
  beta: 0.1,
  askingWeight: 1,
  epochs: 24,
} as const;

/** Of the digits drawn by code that it learns from. */
export const SIZES = { train: 2500, test: 50 };
