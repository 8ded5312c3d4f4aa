import type { Look } from "../contract.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { percent, shareOf, withError } from "../shares.ts";
import { type Density, densities, type GatesData } from "./controls.ts";
import { gateColour } from "./wall.ts";

/** What the open blocks save, and what they cost: time for one image, and test accuracy. */

const ROW = 26;
const TOP = 26;
export const BARS_HEIGHT = TOP + densities.length * ROW + 16;
const LABEL = 52;

/** From all blocks to few. */
const rows = [...densities].sort((a, b) => b.share - a.share);

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const colourOf = (look: Look, { share }: Density): string =>
  share === 1 ? look.colours.ink : gateColour(look);

function frame(
  look: Look,
  area: Area,
  title: string,
  shown: string,
  parts: readonly SVGElement[],
): SVGElement {
  // biome-ignore format: one thought
  const labels = rows.map(({ id, label }, row) =>
    text(look, 0, TOP + row * ROW + 16, label, { bold: id === shown || id === "1" }),
  );
  const heading = text(look, 0, 14, title, { size: 14, bold: true });
  return shape(
    look.document,
    "g",
    { transform: `translate(${area.x} ${area.y})` },
    heading,
    ...labels,
    ...parts,
  );
}

/** A bar for each network: microseconds for one image by itself, here and now. */
export function timeBars(look: Look, area: Area, { times }: GatesData, shown: string): SVGElement {
  const width = area.width - LABEL - 124;
  const longest = Math.max(...times.map((t) => t.microseconds.value + t.microseconds.error), 1e-9);
  const parts = rows.flatMap((density, row) => {
    const y = TOP + row * ROW;
    const time = times.find(({ id }) => id === density.id);
    if (!time) return [text(look, LABEL, y + 16, "not measured yet", { size: 11, fill: look.colours.quiet })]; // biome-ignore format: one thought
    const { value, error } = time.microseconds;
    const [length, less, more] = [value, value - error, value + error].map((v) => (v / longest) * width) as [number, number, number]; // biome-ignore format: one thought
    const sentence = `${density.label} open: ${withError(time.microseconds, "µs")} an image, ${withError(time.times)} times as fast as all`;
    return [
      shape(look.document, "rect", { x: LABEL, y: y + 5, width: length, height: ROW - 12, fill: colourOf(look, density), "fill-opacity": density.id === shown || density.id === "1" ? 1 : 0.45 }, tip(look.document, sentence)), // biome-ignore format: one thought
      shape(look.document, "path", { d: `M${(LABEL + less).toFixed(1)} ${y + 12}H${(LABEL + more).toFixed(1)}`, stroke: look.colours.quiet, "stroke-width": 2 }), // biome-ignore format: one thought
      text(look, LABEL + more + 6, y + 16, withError(time.microseconds, "µs"), { bold: density.id === shown || density.id === "1" }), // biome-ignore format: one thought
    ];
  });
  return frame(look, area, "Time for one image, here", shown, parts);
}

/** A dot with its standard error for each network. */
export function accuracyDots(look: Look, area: Area, { networks }: GatesData, shown: string): SVGElement {
  const width = area.width - LABEL - 106;
  const read = new Map(networks.map((n) => [n.id, shareOf(n.read)]));
  // Those in training begin anywhere; they wait at the edge.
  const trained = networks.filter((n) => n.steps >= n.of).map((n) => read.get(n.id)!);
  const low = Math.min(...trained.map((r) => r.value - 2 * r.error), 0.9);
  const x = (share: number): number => LABEL + Math.max(0, (share - low) / (1 - low)) * width;
  const parts = rows.flatMap((density, row) => {
    const y = TOP + row * ROW + 12;
    const network = networks.find(({ id }) => id === density.id);
    const estimate = read.get(density.id);
    const line = shape(look.document, "path", { d: `M${LABEL} ${y}h${width}`, stroke: look.colours.line });
    if (!network || !estimate)
      return [line, text(look, area.width, y + 4, "not trained yet", { size: 11, fill: look.colours.quiet, anchor: "end" })]; // biome-ignore format: one thought
    const { value, error } = estimate;
    const training = network.steps < network.of;
    const colour = colourOf(look, density);
    const sentence = `${density.label} open: ${percent(estimate)} of ${network.read.of} test images classified correctly, after ${network.steps} of ${network.of} steps`;
    return [
      line,
      shape(look.document, "path", { d: `M${x(value - error).toFixed(1)} ${y}H${Math.min(x(1), x(value + error)).toFixed(1)}`, stroke: colour, "stroke-width": 2 }), // biome-ignore format: one thought
      shape(look.document, "circle", { cx: x(value), cy: y, r: 4.5, fill: training ? look.colours.ground : colour, stroke: colour, "stroke-width": 2 }, tip(look.document, sentence)), // biome-ignore format: one thought
      text(look, area.width, y + 4, percent(estimate), { anchor: "end", bold: density.id === shown || density.id === "1" }), // biome-ignore format: one thought
    ];
  });
  return frame(look, area, "Test accuracy", shown, parts);
}
