import { defaultDevice, init } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { start } from "../figures/one-choice/course.ts";
import { figure } from "../figures/one-choice/figure.ts";
import { examine, stateOf } from "./examined.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

test.each([
  [0.49, /^The better side is 0\. /],
  [0.51, /^The better side is 1\. /],
  [
    0.5,
    /^Both sides have the same loss: there is none to find\. Probability of side 1 after 10 steps: exact gradient 50 %, /,
  ],
])("at the target %s it says which side is better, if one is", async (target, sentence) => {
  const state = stateOf(figure, { target });
  const course = await start(state);
  await course.tick();
  await course.tick();
  const { says, svg } = examine(figure, await course.data(), state);
  course.end();
  expect(says).toMatch(sentence);
  // The better side has a dotted line.
  expect(svg.includes('stroke-dasharray="2 4"')).toBe(target !== 0.5);
});
