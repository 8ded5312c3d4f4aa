// The hidden layer of a trained classifier: RUN=runs/NAME npx hardgrad audit rloo,reinmax --problem ./layer.mjs --units 0-7
import { readFileSync } from "node:fs";
import { crossEntropy, dense, drawnDigits, readSafetensors } from "@hardgrad/experiments";
import { oneHotOf } from "hardgrad";

const { tensors } = readSafetensors(readFileSync(`${process.env.RUN ?? "run"}/checkpoint.safetensors`));
const [w1, b1, w2, b2] = ["w1", "b1", "w2", "b2"].map((name) => tensors[`params.${name}`]);
const units = b1.data.length;

// One test image, as the classifier sees it: its logits are w1 x + b1.
const { test } = drawnDigits({ seed: 0, train: 1, test: 10 });
const pixels = Array.from(test.images.subarray(0, test.size), (grey) => (grey / 255 - 0.1307) / 0.3081);
const logits = Array.from(b1.data, (b, j) =>
  pixels.reduce((sum, x, i) => sum + x * w1.data[units * i + j], b),
);

export default {
  title: `a trained layer of ${units} units`,
  distribution: "bernoulli",
  logits,
  /**
   * The loss of that image, from its bits.
   * @type {(bits: import("@jax-js/jax").numpy.Array, jax: { np: typeof import("@jax-js/jax").numpy }) => typeof bits}
   */
  objective: (bits, { np }) => {
    /** @param {import("@hardgrad/experiments").Tensor} tensor */
    const array = ({ data, shape }) => np.array(Float32Array.from(data)).reshape([...shape]);
    const wanted = oneHotOf(np.array(test.labels[0]).astype(np.int32), 10);
    return crossEntropy(dense(bits, array(w2), array(b2)), wanted);
  },
};
