import type { ForgettingState } from "./controls.ts";
import { placeOf } from "./place.ts";
import { digits, settingsOf } from "./settings.ts";

/** The course as a module for Node. */
export function codeOf(state: ForgettingState): string {
  const { seed, protection, touch } = state;
  const networks = ["none", protection] as const;
  return `import { continual, drawnDigits, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";

// Five tasks of two digits each, learned one after another by two networks.
const drawn = ${JSON.stringify(digits)};
const data = drawnDigits(drawn);
const backend = await useDevice("wasm");

for (const given of [
${networks.map((p) => `  ${JSON.stringify(settingsOf(state, p))},`).join("\n")}
]) {
  const settings = resolveSettings(continual.options, given, data);
  const estimator = { id: "straight-through", options: {} };
  const config = { experiment: "continual", estimator, data: "drawn", drawn, seed: ${seed}, settings };
  const run = await startRun(continual, config, data, backend);
  while (run.step < run.totalSteps) await run.advance();

  const { metrics } = run.summary();
  console.log(\`\${given.method}, closed: \${given.protection}\`);
  for (const task of [1, 2, 3, 4, 5])
    console.log(\`task \${task}: \${(100 * metrics[\`accuracy/task-\${task}\`]).toFixed(1)} % correct\`);
  const checkpoint = await run.checkpoint();
${touch === "none" ? "" : touching(state)}  for (const { sentence } of await continual.tasks.verify(checkpoint, data, backend)) console.log(sentence);
}
`;
}

/** The weight that the figure changes, found as it finds it. */
const touching = ({ units, weight, touch }: ForgettingState): string => `
  // Touch one weight by hand. The map has the units of the first task first.
  if (given.method === "hat") {
    const users = (layer, unit) =>
      [0, 1, 2, 3, 4].map((t) => 1 - checkpoint.tensors[\`memory.gate\${layer}\`].data[t * ${units} + unit]).join("");
    const unitAt = (layer, place) =>
      Array.from({ length: ${units} }, (_, unit) => unit).sort(
        (a, b) => users(layer, a).localeCompare(users(layer, b)) || a - b,
      )[place];
    const weights = checkpoint.tensors["params.w2"].data;
    const at = unitAt(1, ${placeOf(weight, units).row}) * ${units} + unitAt(2, ${placeOf(weight, units).column});
    const before = weights[at];
    ${touch === "zero" ? "weights[at] = 0;" : "new Uint32Array(weights.buffer, weights.byteOffset)[at] ^= 1;"}
    console.log(\`w2[\${at}]: \${before} becomes \${weights[at]}\`);
  }
`;
