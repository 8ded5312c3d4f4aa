import type { MetricRow } from "@hardgrad/experiments";
import { type Circuit, circuitStatistics } from "@hardgrad/runtime/circuit";
import { lineChart } from "./chart.ts";
import type { Figure } from "./figure.ts";
import { drawing, grey, text } from "./shapes.ts";

const [SIDE, GAP, COLUMNS, TOP] = [140, 20, 5, 60];
const WIDTH = 820;

/** How often the logic gates of each class read each pixel, `[classes][pixels]`. */
export function pixelReads({ inputs, thresholds, gates, classes }: Circuit): number[][] {
  const first = thresholds.length;
  return classes.map(({ wires }) => {
    const reads = Array<number>(inputs).fill(0);
    const open = [...wires];
    for (let wire = open.pop(); wire !== undefined; wire = open.pop()) {
      if (wire < first) reads[thresholds[wire]![0]]!++;
      else open.push(...gates[wire - first]!.slice(1));
    }
    return reads;
  });
}

/** The circuit of a run: which pixels the logic gates of each class read, and accuracy of circuit and network by epoch. */
export function circuitFigure(
  circuit: Circuit,
  columns: number,
  metrics: readonly MetricRow[],
  names: readonly string[],
): Figure {
  const reads = pixelReads(circuit);
  const lines = Math.ceil(circuit.inputs / columns);
  const cell = SIDE / Math.max(columns, lines);
  const maps = reads.flatMap((own, c) => {
    const x = 16 + (c % COLUMNS) * (SIDE + GAP);
    const y = TOP + Math.floor(c / COLUMNS) * (SIDE + 40);
    const most = own.reduce((a, b) => Math.max(a, b), 1);
    const used = own.filter((n) => n > 0).length;
    return [
      text(x, y - 6, `${names[c]}: ${used} pixels`, { size: 12 }),
      `<rect x="${x}" y="${y}" width="${(columns * cell).toFixed(2)}" height="${(lines * cell).toFixed(2)}" fill="none" stroke="${grey}" stroke-width="0.5"/>`,
      ...own.flatMap((n, i) =>
        n === 0
          ? []
          : [
              `<rect x="${(x + (i % columns) * cell).toFixed(2)}" y="${(y + Math.floor(i / columns) * cell).toFixed(2)}" width="${cell.toFixed(2)}" height="${cell.toFixed(2)}" fill-opacity="${(n / most).toFixed(2)}"/>`,
            ],
      ),
    ];
  });
  const points = metrics.flatMap(({ epoch, values }) =>
    (["validation", "network"] as const).flatMap((kind) => {
      const y = values[`accuracy/${kind}`];
      return y === undefined ? [] : [{ x: epoch, y, series: kind === "network" ? "network" : "circuit" }];
    }),
  );
  const below = TOP + Math.ceil(reads.length / COLUMNS) * (SIDE + 40);
  const height = 300;
  const chart = lineChart(points, { x: "epoch", y: "validation accuracy (%)", percent: true, width: WIDTH, height }); // biome-ignore format: one thought
  const { gates, depth } = circuitStatistics(circuit);
  return {
    svg: drawing(
      WIDTH,
      below + height,
      `Pixels that the gates of each class read: ${gates} gates in ${depth} levels`,
      [...maps, `<g transform="translate(0 ${below})">${chart}</g>`],
    ),
    rows: [
      ...reads.flatMap((own, c) =>
        own.flatMap((n, x) => (n === 0 ? [] : [{ panel: "reads", x, series: names[c]!, value: n }])),
      ),
      ...points.map(({ x, y, series }) => ({ panel: "accuracy", x, series, value: y })),
    ],
  };
}
