import { densities, densityOf, type GatesState } from "./controls.ts";
import { digits, networkOf } from "./settings.ts";

/** The course as a module for Node: the network without gates, and the one that is shown. */
export function codeOf({ seed, density }: GatesState): string {
  const shown = densityOf(density);
  const twin = densities.find(({ share }) => share === 1)!;
  const networks = [twin, shown].map((d) => `  { name: "${d.label}", ...${JSON.stringify(networkOf(d))} },`);
  return `import { drawnDigits, gated, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";
import { loadRuntime } from "@hardgrad/runtime";

const drawn = ${JSON.stringify(digits)};
const data = drawnDigits(drawn);
const backend = await useDevice("wasm");

for (const { name, estimator, settings: given } of [
${networks.join("\n")}
]) {
  const settings = resolveSettings(gated.options, given, data);
  const config = { experiment: "gated", estimator, data: "drawn", drawn, seed: ${seed}, settings };
  const run = await startRun(gated, config, data, backend);
  while (run.step < run.totalSteps) await run.advance();
  const { metrics } = run.summary();

  // The trained network in the hard runtime, one image at a time: what is closed is skipped.
  const { tensors } = await run.checkpoint();
  const params = Object.fromEntries(
    Object.entries(tensors).flatMap(([tensor, value]) => (tensor.startsWith("params.") ? [[tensor.slice(7), value]] : [])),
  );
  const runtime = await loadRuntime(gated.runtime(params, settings, data, settings.epochs).network);
  const image = Float32Array.from(data.test.images.subarray(0, data.test.size), (v) => v / 255);
  let microseconds = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 20; pass++) {
    const started = performance.now();
    for (let i = 0; i < 200; i++) runtime.forward(image);
    microseconds = Math.min(microseconds, (1000 * (performance.now() - started)) / 200);
  }

  const rate = (100 * (metrics["gate/rate"] ?? 1)).toFixed(1);
  const accuracy = (100 * metrics["accuracy/test"]).toFixed(1);
  const error = (100 * metrics["accuracy/test-standard-error"]).toFixed(1);
  console.log(\`may open: \${name}; open: \${rate} %; accuracy: \${accuracy} ± \${error} %; \${microseconds.toFixed(1)} µs an image\`);
}
`;
}
