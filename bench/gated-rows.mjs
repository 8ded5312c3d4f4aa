// The rows of docs/conditional.md: what each adds to the settings that are recommended for its estimator.
// `paper`: test error in percent, Bengio, Léonard & Courville 2013.

/** Passes over the data, as many as there was time for: about a minute each. The paper's networks were trained to the end. */
const paper = { epochs: 10 };

export const rows = [
  {
    name: "fast",
    estimator: "noisy-rectifier",
    settings: { network: "fast" },
    seeds: 3,
  },
  {
    name: "dense",
    estimator: "straight-through",
    settings: { network: "dense" },
    seeds: 3,
  },
  {
    name: "straight-through",
    estimator: "straight-through",
    settings: { epochs: 24, strengthLow: 0.003, strengthHigh: 0.003 },
    paper: 1.39,
    seeds: 3,
  },
  {
    name: "straight-through times derivative",
    estimator: "straight-through-sigmoid",
    settings: { epochs: 16 },
    seeds: 3,
  },
  {
    name: "straight-through times derivative, all training images",
    estimator: "straight-through-sigmoid",
    settings: { epochs: 20, validation: 0 },
    seeds: 1,
  },
  {
    name: "stochastic times smooth",
    estimator: "stochastic-times-smooth",
    settings: { epochs: 16 },
    paper: 1.96,
    seeds: 1,
  },
  { name: "noisy rectifier", estimator: "noisy-rectifier", settings: paper, paper: 1.87, seeds: 1 },
  {
    name: "stochastic binary",
    estimator: "reinforce-minimum-variance",
    settings: paper,
    paper: 1.89,
    seeds: 1,
  },
  {
    name: "stochastic binary, 16 samples compared",
    estimator: "rloo",
    options: { samples: 16 },
    settings: paper,
    paper: 1.89,
    seeds: 1,
  },
  {
    name: "rectifier",
    estimator: "noisy-rectifier",
    options: { scale: 0 },
    settings: paper,
    paper: 1.6,
    seeds: 1,
  },
  { name: "sigmoid and noise", estimator: "additive-noise", settings: { epochs: 16 }, paper: 1.87, seeds: 1 },
  {
    name: "sigmoid",
    estimator: "additive-noise",
    options: { scale: 0 },
    settings: { epochs: 16 },
    paper: 1.92,
    seeds: 1,
  },
];
