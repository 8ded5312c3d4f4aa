export { adaptiveImle, imle } from "./imle.ts";
export { perturbedOptimizer } from "./perturbed.ts";
export { stochasticTriples } from "./stochastic-triples.ts";
