import { lineChart } from "../../figures/chart.ts";
import { stack } from "../../figures/draw.ts";
import type { Figure } from "../../figures/index.ts";
import type { GatedResults } from "./results.ts";

const WIDTH = 820;
const HEIGHT = 340;

/**
 * Time of gated layers over the dense kernel's, against density, for single examples and batches: what skipping takes at
 * every density, and where it takes as long as the dense kernel. Beyond, the runtime computes densely.
 */
export function densityFigure({ comparisons }: Pick<GatedResults, "comparisons">): Figure {
  const kernels = comparisons.filter((c) => c.part === "kernels");
  const shape = kernels.some((c) => c.inputs === 784) ? 784 : 1024;
  const shown = kernels.filter((c) => c.inputs === shape);
  const rows = shown.map((c) => ({
    examples: c.examples,
    block: c.block!,
    density: c.density!,
    time: 1 / c.ratio,
    skipping: 1 / c.skipping!,
    microseconds: c.microseconds,
    denseMicroseconds: c.baseMicroseconds,
    path: c.path!,
  }));
  const panels = [1, 64].map((examples) => {
    const own = rows.filter((r) => r.examples === examples);
    const lines = [...new Set(own.map((r) => r.block))].flatMap((block) => {
      const points = own.filter((r) => r.block === block).sort((a, b) => a.density - b.density);
      const crossing = crossover(points);
      const name = block === 1 ? "a gate per unit" : `blocks of ${block}`;
      const series = `${name}: ${crossing === null ? "always faster" : `even at ${crossing.toFixed(2)}`}`;
      return points.map((r) => ({ x: r.density, y: r.skipping, series }));
    });
    const label = examples === 1 ? "single examples" : `batches of ${examples}`;
    return lineChart([...lines, ...even], {
      x: `share of open gates, ${label}`,
      y: "time / dense kernel's",
      width: WIDTH,
      height: HEIGHT,
    });
  });
  const title = `Time of a gated layer against the dense kernel, ${shown[0] ? `${shown[0].inputs}x${shown[0].outputs}` : ""}`;
  return { svg: stack(panels, { width: WIDTH, height: HEIGHT, title }), rows };
}

const even = [
  { x: 0, y: 1, series: "dense kernel" },
  { x: 1, y: 1, series: "dense kernel" },
];

/** The density at which skipping takes the dense kernel's time, between the two points around it; null if at none. */
export function crossover(
  points: readonly { readonly density: number; readonly skipping: number }[],
): number | null {
  for (const [i, b] of points.entries()) {
    const a = points[i - 1];
    if (b.skipping < 1) continue;
    if (!a) return b.density;
    return a.density + ((1 - a.skipping) / (b.skipping - a.skipping)) * (b.density - a.density);
  }
  return null;
}
