import { courses } from "../figures/courses.ts";
import type { ToWorker } from "./protocol.ts";

/**
 * The page's one worker. It listens before it loads anything: jax-js's module awaits while it loads, and a message that
 * came meanwhile would find nobody listening and be lost.
 */
const compute = import("./compute.ts");
compute.catch((error) =>
  setTimeout(() => {
    throw error; // outside of the promise, where the page hears of it
  }),
);

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  // Loaded beside jax-js, not after it; whether it fails is asked where it is used.
  if (data.say === "start") courses[data.figure]?.().catch(() => {});
  void compute.then(({ hear }) => hear(data));
});
