// The tables of docs/forgetting.md: what each row adds to the common settings. All by one code, with one budget.

const split = { benchmark: "split", layers: "400-400", batch: 64, learningRate: 0.001, cooling: "linear" };
const permuted = {
  benchmark: "permuted",
  layers: "100-100",
  batch: 64,
  learningRate: 0.001,
  cooling: "linear",
};

/** Baselines: nothing is closed. */
const soft = { protection: "none", weightDecay: 0 };

/** Every method as its paper has it, and hat with hard gates. */
const methods = {
  finetune: { method: "finetune", ...soft },
  joint: { method: "joint", ...soft },
  rehearsal: { method: "rehearsal", ...soft },
  ewc: { method: "ewc", ...soft },
  "online-ewc": { method: "online-ewc", ...soft },
  si: { method: "si", ...soft },
  "xdg, nothing closed": { method: "xdg", ...soft },
  "xdg, exact": { method: "xdg", weightDecay: 0 },
  packnet: { method: "packnet", weightDecay: 0 },
  supsup: { method: "supsup", weightDecay: 0, gateRate: 5 },
  wsn: { method: "wsn", weightDecay: 0, gateRate: 1 },
  "hat, annealed": { method: "hat", gates: "annealed", weightDecay: 0 },
  "hat, hard": { method: "hat", weightDecay: 0 },
  "hat, naive": { method: "hat", protection: "gradient", weightDecay: 0.002 },
};

export const presets = {
  "split-mnist": { data: "mnist", common: { ...split, epochs: 10 }, seeds: 5, rows: methods },
  "split-fashion": { data: "fashion-mnist", common: { ...split, epochs: 10 }, seeds: 5, rows: methods },
  "permuted-100": {
    data: "mnist",
    common: { ...permuted, epochs: 5 },
    seeds: 2,
    rows: { ...methods, wsn: { ...methods.wsn, learningRate: 0.003, keep: 0.3 } },
  },
  "permuted-200": {
    data: "mnist",
    common: { ...permuted, layers: "200-200", batch: 128, epochs: 5 },
    seeds: 2,
    rows: { wsn: { ...methods.wsn, learningRate: 0.003, keep: 0.3 }, "hat, hard": methods["hat, hard"] },
  },
  "permuted-400": {
    data: "mnist",
    common: { ...permuted, layers: "400-400", batch: 128, epochs: 4 },
    seeds: 2,
    rows: { wsn: { ...methods.wsn, learningRate: 0.003, keep: 0.3 }, "hat, hard": methods["hat, hard"] },
  },
  // Van de Ven et al. 2019: 2000 steps of 128 images per task are 21 passes; Adam 1e-3.
  "split-mnist-baselines": {
    data: "mnist",
    common: { ...split, batch: 128, cooling: "none", epochs: 21, validation: 0 },
    seeds: 2,
    rows: Object.fromEntries(
      ["finetune", "joint", "ewc", "online-ewc", "si", "xdg, nothing closed"].map((n) => [n, methods[n]]),
    ),
  },
  // Strengths of the penalties, chosen by the validation images.
  "split-mnist-strengths": {
    data: "mnist",
    common: { ...split, batch: 128, cooling: "none", epochs: 4 },
    seeds: 1,
    rows: Object.fromEntries([
      ...[100, 1000, 1e4, 1e5, 1e6].map((ewcStrength) => [
        `ewc ${ewcStrength}`,
        { ...methods.ewc, ewcStrength },
      ]),
      ...[0.1, 1, 10, 100, 1000].map((siStrength) => [`si ${siStrength}`, { ...methods.si, siStrength }]),
    ]),
  },
  "split-mnist-class": {
    data: "mnist",
    common: { ...split, layers: "100-100", scenario: "class", epochs: 5 },
    seeds: 2,
    rows: Object.fromEntries(
      ["finetune", "joint", "rehearsal", "ewc", "si", "supsup", "wsn", "hat, hard"].map((n) => [
        n,
        methods[n],
      ]),
    ),
  },
  // Gates of hat by estimator; `sampled` where it has no gradient for a gate that is decided.
  "split-mnist-estimators": {
    data: "mnist",
    common: { ...split, layers: "100-100", method: "hat", weightDecay: 0, epochs: 5 },
    seeds: 3,
    estimators: [
      "straight-through",
      "straight-through-sigmoid",
      "reinmax",
      "gumbel-softmax",
      "straight-through-gumbel-softmax",
      "hard-concrete",
      "gaussian-gate",
      "multiplicative-noise",
      "disarm",
      "arm",
      "rloo",
      "reinforce-leave-one-out",
      "reinforce-moving-average",
      "rebar",
    ],
  },
};
