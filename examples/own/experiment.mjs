// An experiment of your own: npx hardgrad train ./experiment.mjs --hidden 50, npx hardgrad compare ./experiment.mjs
// biome-ignore-all format: one line per member
import { accuracy, adam, crossEntropy, dense, glorotUniform, splitKey, testAccuracy } from "@hardgrad/experiments";
import { nn, numpy as np } from "@jax-js/jax";
import { bernoulli, oneHotOf, statefulExpectation } from "hardgrad";

/** @type {(initial: number, max: number, help: string) => import("@hardgrad/experiments").NumberSetting} */
const whole = (initial, max, help) => ({ type: "number", default: initial, min: 1, max, integer: true, help });
const options = { epochs: whole(5, 1000, "epochs"), batch: whole(50, 1000, "batch size"), hidden: whole(100, 4096, "units") };
/** @type {(p: import("hardgrad").NamedArrays, n: 1 | 2, x: np.Array) => np.Array} */
const layer = (p, n, x) => dense(x, p[`w${n}`].ref, p[`b${n}`].ref);
/** @type {Omit<import("@hardgrad/experiments").StepExperiment<typeof options>, "name">} */
export default {
  title: "One layer of random bits",
  about: "A classifier whose hidden units are 0 or 1, drawn at random; the estimators train the layer below them.",
  options,
  compared: ["straight-through-sigmoid", "reinmax", "rloo"],
  recommended: () => ({ settings: {}, options: {} }),
  check: () => {}, // throw a RangeError for an estimator, settings or data that can't be used
  estimated: () => ({ parameters: ["w1", "b1"] }),
  init: (key, { hidden }, { meanImage, classes }) => {
    const [first, second] = splitKey(key, 2);
    const w1 = glorotUniform(first, meanImage.length, hidden);
    return { w1, b1: np.zeros([hidden]), w2: glorotUniform(second, hidden, classes.length), b2: np.zeros([classes.length]) };
  },
  estimatorState: (estimator, { hidden }) => estimator.init(bernoulli(np.zeros([2, hidden]))),
  losses: (p, { images, labels, key }, estimator, state) => {
    const wanted = oneHotOf(labels.astype(np.int32), p.b2.shape[0]);
    const q = bernoulli(layer(p, 1, images.mul(1 / 255)));
    return statefulExpectation(q, (h) => crossEntropy(layer(p, 2, h), wanted.ref), estimator, key, state);
  },
  optimizer: () => adam(),
  schedules: () => ({ learningRate: 0.003 }),
  evaluations: { classes: (p, { images }) => ({ classes: np.argmax(layer(p, 2, nn.sigmoid(layer(p, 1, images.mul(1 / 255)))), -1) }) },
  evaluate: async ({ over, dataset: { test } }) => testAccuracy(accuracy((await over("classes", test)).classes, test), test),
  headline: { tag: "accuracy/test", title: "test accuracy", unit: "percent", better: "higher", note: "with the units' means" },
  metrics: [], pictures: async () => [],
  card: () => ({ description: "A classifier.", use: "", task: "image-classification", tags: [] }),
};
