import type { State } from "../contract.ts";
import type { DigitsControls } from "./controls.ts";
import { SETTINGS, SIZES } from "./here.ts";
import { LENGTH, REACH, SLOPE } from "./pad-numbers.ts";

/** The ten digits in the style of the point, before it moves. */
export function code(state: State<DigitsControls>): string {
  const slant = state.axes === "slant and weight";
  return `${state.file !== "" ? own : state.from === "here" ? trained(state.seed) : handwriting}
// A style is standard normal noise. The pad is a patch of the sphere on which styles lie.
const size = generator.styleSize;
const noise = generator.styles(3, ${state.seed});
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const times = (a, by) => a.map((value) => value * by);
const unit = (a, without) => {
  const rest = without.reduce((v, w) => v.map((x, i) => x - (dot(v, w) / dot(w, w)) * w[i]), Float64Array.from(a));
  return times(rest, 1 / Math.sqrt(dot(rest, rest)));
};
const radius = ${LENGTH} * Math.sqrt(size);
const centre = times(unit(noise.subarray(0, size), []), radius);
${slant ? slopes : random}
const [x, y] = ${JSON.stringify(state.style)};
const styles = generator.digits.map((digit) => {
  const [u, v] = directions[digit];
  const point = centre.map((c, i) => c + ${REACH} * radius * (x * u[i] + y * v[i]));
  return [...times(point, radius / Math.sqrt(dot(point, point)))];
});
for (const picture of await generator.decode(generator.digits, Float32Array.from(styles.flat()))) print(picture);

/** A picture of 28 x 28 grey values, in characters. */
function print(picture) {
  for (let row = 0; row < 28; row += 2)
    console.log(Array.from({ length: 28 }, (_, i) => " .:*#@"[Math.round(picture[28 * row + i] / 51)]).join(""));
}
${slant ? measures : ""}`;
}

const handwriting = `import { readFileSync } from "node:fs";
import { loadGenerator } from "@hardgrad/experiments";

// It comes with hardgrad, and learned from MNIST.
const file = new URL(import.meta.resolve("@hardgrad/cli/digits/checkpoint.safetensors"));
const generator = await loadGenerator(readFileSync(file));
`;

const own = `import { readFileSync } from "node:fs";
import { loadGenerator } from "@hardgrad/experiments";

// Your own: the checkpoint of a run of hardgrad train generator.
const generator = await loadGenerator(readFileSync("checkpoint.safetensors"));
`;

const trained = (
  seed: number,
): string => `import { drawnDigits, generator as experiment, loadGenerator, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";

// It learns from digits drawn by code.
const sizes = ${JSON.stringify(SIZES)};
const dataset = drawnDigits({ seed: ${seed}, ...sizes });
const settings = resolveSettings(experiment.options, ${JSON.stringify(SETTINGS)}, dataset);
const estimator = { id: "straight-through", options: {} }; // every digit is given: no gradient is estimated
const config = { experiment: "generator", estimator, data: "drawn", drawn: sizes, seed: ${seed}, settings };
const run = await startRun(experiment, config, dataset, await useDevice("wasm"));
while (run.step < run.totalSteps) await run.advance();
const generator = await loadGenerator(await run.checkpoint());
`;

const random = `const u = unit(noise.subarray(size, 2 * size), [centre]);
const v = unit(noise.subarray(2 * size), [centre, u]);
const directions = Object.fromEntries(generator.digits.map((digit) => [digit, [u, v]]));`;

const slopes = `
// For each digit the directions in which slant and weight grow fastest, by differences.
const moved = Array.from({ length: 2 * size }, (_, k) => {
  const style = Float32Array.from(centre);
  style[k >> 1] += k % 2 === 0 ? ${SLOPE} : -${SLOPE};
  return [...style];
});
const directions = {};
for (const digit of generator.digits) {
  const pictures = await generator.decode(digit, Float32Array.from(moved.flat()));
  const slope = (of) => Float64Array.from({ length: size }, (_, i) => of(pictures[2 * i]) - of(pictures[2 * i + 1]));
  const u = unit(slope(slantOf), [centre]);
  directions[digit] = [u, unit(slope(weightOf), [centre, u])];
}`;

const measures = `
/** How far the ink leans to the right: the shear of its moments. */
function slantOf(pixels) {
  const sum = (of) => pixels.reduce((total, grey, i) => total + grey * of(i % 28, Math.floor(i / 28)), 0);
  const ink = sum(() => 1);
  const [mx, my] = [sum((x) => x) / ink, sum((_, y) => y) / ink];
  return Math.atan(-sum((x, y) => (x - mx) * (y - my)) / sum((_, y) => (y - my) ** 2));
}

/** How much ink there is. */
function weightOf(pixels) {
  return pixels.reduce((total, grey) => total + grey, 0);
}
`;
