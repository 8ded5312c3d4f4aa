import { lineChart } from "@hardgrad/cli/internal/figures/chart";
import { stack } from "@hardgrad/cli/internal/figures/draw";
import type { Figure } from "@hardgrad/cli/internal/figures/figure";
import type { Comparison, GatedResults } from "./results.ts";

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
  const rows = densityRows(shown);
  const title = `Time of a gated layer against the dense kernel, ${shown[0] ? `${shown[0].inputs}x${shown[0].outputs}` : ""}`;
  const panels = [1, 64].map((examples) =>
    densityPanel(
      rows.filter((r) => r.examples === examples),
      examples,
    ),
  );
  return { svg: stack(panels, { width: WIDTH, height: HEIGHT, title }), rows };
}

/** What a point of such a figure is drawn from. */
type DensityRow = ReturnType<typeof densityRows>[number];

function densityRows(kernels: readonly Comparison[]): {
  examples: number;
  block: number;
  density: number;
  time: number;
  skipping: number;
  microseconds: number;
  denseMicroseconds: number;
  path: string;
}[] {
  return kernels.map((c) => ({
    examples: c.examples,
    block: c.block!,
    density: c.density!,
    time: 1 / c.ratio,
    skipping: 1 / c.skipping!,
    microseconds: c.microseconds,
    denseMicroseconds: c.baseMicroseconds,
    path: c.path!,
  }));
}

/** One curve for each block. */
function densityPanel(rows: readonly DensityRow[], examples: number): string {
  const lines = [...new Set(rows.map((r) => r.block))].flatMap((block) => {
    const points = rows.filter((r) => r.block === block).sort((a, b) => a.density - b.density);
    const crossing = crossover(points);
    const name = block === 1 ? "a gate per unit" : `blocks of ${block}`;
    const series = `${name}: ${crossing === null ? "faster wherever measured" : `even at ${crossing.toFixed(2)}`}`;
    return points.map((r) => ({ x: r.density, y: r.skipping, series }));
  });
  return lineChart([...lines, ...even], {
    x: `share of open gates, ${examples === 1 ? "single examples" : `batches of ${examples}`}`,
    y: "time / dense kernel's",
    width: WIDTH,
    height: HEIGHT,
  });
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
