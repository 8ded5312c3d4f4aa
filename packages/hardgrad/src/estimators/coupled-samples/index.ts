export { arm } from "./arm.ts";
export { arms } from "./arms.ts";
export { categoricalDisarm } from "./categorical-disarm.ts";
export { disarm } from "./disarm.ts";
