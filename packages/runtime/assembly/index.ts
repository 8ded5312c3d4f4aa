// Exported so that the optimizer keeps them functions of their own, whose sums stay in registers.
export { distances } from "./bits";
export { fetchStreams } from "./fetch";
export { listBytes, run } from "./run";
export { four, two, wide } from "./skip";
export { streams4, streams5, streams6, streams7, streams8 } from "./streams";
export { serve, share } from "./threads";
