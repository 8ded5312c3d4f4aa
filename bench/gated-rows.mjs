// The rows of docs/conditional.md: what each adds to the settings that are recommended for its estimator.
// `paper`: test error in percent, Bengio, Léonard & Courville 2013.
export const rows = [
  { name: "straight-through", estimator: "straight-through", paper: 1.39, seeds: 3 },
  { name: "fast", estimator: "straight-through", settings: { network: "fast" }, seeds: 3 },
  { name: "dense", estimator: "straight-through", settings: { network: "dense" }, seeds: 3 },
  { name: "straight-through times derivative", estimator: "straight-through-sigmoid", seeds: 1 },
  { name: "stochastic times smooth", estimator: "stochastic-times-smooth", paper: 1.96, seeds: 1 },
  { name: "noisy rectifier", estimator: "noisy-rectifier", paper: 1.87, seeds: 1 },
  { name: "stochastic binary", estimator: "reinforce-minimum-variance", paper: 1.89, seeds: 1 },
  { name: "rectifier", estimator: "noisy-rectifier", options: { scale: 0 }, paper: 1.6, seeds: 1 },
  { name: "sigmoid and noise", estimator: "additive-noise", paper: 1.87, seeds: 1 },
  { name: "sigmoid", estimator: "additive-noise", options: { scale: 0 }, paper: 1.92, seeds: 1 },
];
