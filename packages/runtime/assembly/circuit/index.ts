export { allFinite, run } from "./run";
export { serve, share } from "./threads";
