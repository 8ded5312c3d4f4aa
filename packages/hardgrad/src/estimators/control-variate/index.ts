export { doubleCv } from "./double-cv.ts";
export { muprop } from "./muprop.ts";
export { rebar } from "./rebar.ts";
export { relax } from "./relax.ts";
export { rodeo } from "./rodeo.ts";
