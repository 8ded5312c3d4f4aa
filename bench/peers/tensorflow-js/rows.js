// The rows as users of TensorFlow.js write them.
import * as tf from "@tensorflow/tfjs";

/** Hard samples of sigmoid(logits), with the sigmoid's derivative behind them. */
const straightThrough = tf.customGrad((logits, uniform, save) => {
  const p = tf.sigmoid(logits);
  save([p]);
  const value = tf.cast(tf.less(uniform, p), "float32");
  const gradFunc = (g, [saved]) => [g.mul(saved).mul(tf.sub(1, saved)), tf.zerosLike(uniform)];
  return { value, gradFunc };
});

const dense = (v, n, x) => tf.add(tf.matMul(x, v[`w${n}`]), v[`b${n}`]);

class Training {
  constructor(arrays, layers, optimizer) {
    this.optimizer = optimizer;
    this.variables = {};
    for (const n of layers)
      for (const name of [`w${n}`, `b${n}`])
        this.variables[name] = tf.variable(tf.tensor(arrays[name].data, arrays[name].shape), true, name);
    this.batches = tf.unstack(tf.tensor(arrays.images.data, arrays.images.shape));
    this.labels = arrays.labels && tf.unstack(tf.tensor(arrays.labels.data, arrays.labels.shape));
    this.noise = tf.unstack(tf.tensor(arrays.noise.data, arrays.noise.shape));
    this.count = 0;
  }

  /** The loss of one step, as a tensor. */
  step(noise) {
    const batch = this.count++ % this.batches.length;
    return this.optimizer.minimize(() => this.loss(this.variables, batch, noise), true);
  }

  async check() {
    const losses = this.noise.map((noise) => this.step(noise));
    const names = Object.keys(this.variables);
    const results = { loss: tf.stack(losses), ...this.variables };
    // The counter of steps comes first, then the first moments.
    const weights = await this.optimizer.getWeights();
    names.forEach((name, i) => {
      results[`${name}.m`] = weights[i + 1].tensor;
    });
    return results;
  }
}

class Classifier extends Training {
  constructor(arrays) {
    super(arrays, [1, 2], tf.train.momentum(0.1, 0.9));
  }

  loss(v, batch, noise) {
    const logits = dense(v, 1, this.batches[batch]);
    const hidden = straightThrough(logits, noise ?? tf.rand(logits.shape, Math.random));
    return tf.losses.softmaxCrossEntropy(this.labels[batch], dense(v, 2, hidden));
  }
}

class BernoulliVae extends Training {
  constructor(arrays) {
    super(arrays, [1, 2, 3, 4], tf.train.adam(5e-4, 0.9, 0.999, 1e-8));
  }

  loss(v, batch, noise) {
    const images = this.batches[batch];
    const logits = dense(v, 2, tf.relu(dense(v, 1, images)));
    const z = straightThrough(logits, noise ?? tf.rand(logits.shape, Math.random));
    const out = dense(v, 4, tf.relu(dense(v, 3, z)));
    const { SUM } = tf.Reduction;
    const reconstruction = tf.losses.sigmoidCrossEntropy(images, out, undefined, undefined, SUM);
    const kl = tf.sum(tf.sub(tf.mul(tf.sigmoid(logits), logits), tf.softplus(logits)));
    return tf.add(tf.div(tf.add(reconstruction, kl), images.shape[0]), logits.shape[1] * Math.LN2);
  }
}

export const rows = { classifier: Classifier, "bernoulli-vae": BernoulliVae };
