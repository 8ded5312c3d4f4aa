export { exact } from "./exact.ts";
export { localExpectation } from "./local-expectation.ts";
export { measureValued } from "./measure-valued.ts";
export { entmaxMarginal, sparsemaxMarginal } from "./sparse-marginal.ts";
