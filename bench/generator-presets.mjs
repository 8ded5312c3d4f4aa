// The tables of docs/reproducing.md on drawing digits on request: what each row adds to the recommended settings.

/** Estimators of the digit: relaxed, straight-through, score-function, and the sum over all digits. */
const estimators = [
  "straight-through",
  "straight-through-gumbel-softmax",
  "gumbel-softmax",
  "reinmax",
  "rloo",
  "reinforce-moving-average",
  "exact",
];

const each = (ids, settings) => Object.fromEntries(ids.map((id) => [id, { estimator: id, ...settings }]));
const semi = { mode: "semi-supervised", labels: 100 };
/** A small network; little weight on what needs no estimator (a tenth of the defaults), so that estimators matter. */
const small = {
  hidden: "256",
  styleSize: 16,
  priorLayers: 4,
  priorHidden: "64",
  batch: 100,
  asked: 32,
  information: 5,
  consistency: 10,
  contrast: 3,
  labelWeight: 5,
  epochs: 1,
};
const supervised = { estimator: "straight-through", mode: "supervised" };
const bits = { estimator: "straight-through-sigmoid", mode: "supervised", style: "binary" };
const best = "straight-through-gumbel-softmax";

export const presets = {
  // Every mode with its best estimator.
  modes: {
    data: "mnist",
    seeds: 1,
    rows: {
      supervised,
      "supervised, style of bits": bits,
      "semi-supervised": { estimator: best, ...semi },
      unsupervised: { estimator: best, mode: "unsupervised" },
    },
  },
  fashion: { data: "fashion-mnist", seeds: 1, rows: { supervised, "supervised, style of bits": bits } },
  // One small network, one budget, 100 labels: what the gradient of the digit is worth.
  estimators: { data: "mnist", seeds: 1, rows: each(estimators, { ...semi, ...small }), ganTrain: false },
  // Five seeds without labels.
  unsupervised: { data: "mnist", seeds: 5, rows: each([best], { mode: "unsupervised" }) },
};
