export {
  type Assessment,
  assess,
  type DigitVerdict,
  type Nearness,
  type Phase,
  parametersIn,
  type Verdict,
} from "./assess.ts";
export { MOST_SEED } from "./draws.ts";
export { type Reader, readerOf } from "./reader.ts";
export { type Rate, rateOf } from "./statistics.ts";
export {
  type ClassifierRecipe,
  type ClassifierTraining,
  judgeRecipe,
  plainRecipe,
  trainClassifier,
} from "./train.ts";
export type { Misread } from "./worst.ts";
