// Exported so that the optimizer keeps them functions of their own, whose sums stay in registers.
export { distances } from "./bits";
export { fourDots } from "./dots";
export { listBytes, run } from "./run";
export { four, two, wide } from "./skip";
export { serve, share } from "./threads";
