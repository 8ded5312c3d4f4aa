// A loss of your own: npx hardgrad check ./problem.mjs, npx hardgrad audit rloo,reinmax --problem ./problem.mjs
export default {
  title: "four units that must agree",
  distribution: "bernoulli",
  logits: [0.4, -0.3, 0.8, 0.1],
  /** @type {(b: import("@jax-js/jax").numpy.Array, jax: { np: typeof import("@jax-js/jax").numpy }) => typeof b} */
  objective: (b, { np }) => np.square(np.sum(b, -1).sub(2)),
};
