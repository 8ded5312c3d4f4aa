// An estimator of your own: npx hardgrad check ./estimator.mjs, npx hardgrad audit ./estimator.mjs:scale=2,rloo
import { attach, defineEstimator, drawHard } from "hardgrad";

export default defineEstimator({
  id: "scaled-straight-through",
  title: "Straight-through, scaled",
  family: "straight-through",
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  formula: "c g",
  note: "Straight-through with another step for the logits.",
  options: { scale: { type: "number", default: 0.5, min: 0.01, max: 10, help: "factor on the gradient" } },
  path: (q, noise, { scale }) => attach(drawHard(q, noise), q.logits.mul(scale)),
});
