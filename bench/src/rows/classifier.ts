import { normalizedPixel } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { bernoulli } from "hardgrad";
import type { Row } from "./row.ts";
import { trainingRow } from "./training.ts";

export const classifierRow: Row = trainingRow({
  id: "classifier",
  title: "classifier step, 784-100-10, straight-through, momentum",
  peers: ["pytorch", "tensorflow-js"],
  experiment: "classifier",
  estimator: { id: "straight-through-sigmoid", options: {} },
  settings: { learningRate: 0.1, momentum: 0.9, hidden: 100, batch: 100 },
  parameters: ["w1", "b1", "w2", "b2"],
  pixel: normalizedPixel,
  distribution: () => bernoulli(np.zeros([100, 100])),
});
