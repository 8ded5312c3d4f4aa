import type { MetricRow } from "@hardgrad/experiments";
import { lineChart } from "./chart.ts";
import { stack } from "./draw.ts";
import type { Figure } from "./figure.ts";

const [WIDTH, HEIGHT] = [820, 300];

/** One number of a panel. */
type Row = { panel: string; x: number; series: string; value: number };

/** The panels, and the tag of each of their curves for a layer. */
const panels = [
  {
    panel: "changed",
    title: "gates that changed in the epoch (%)",
    tags: (layer: number) => ({ [`layer ${layer}`]: `choices/changed-${layer}` }),
  },
  {
    panel: "confidence",
    title: "mean probability of the choice (%)",
    tags: (layer: number) => ({
      [`operations, layer ${layer}`]: `choices/operations-${layer}`,
      [`wires, layer ${layer}`]: `choices/wires-${layer}`,
    }),
  },
];

/** How the choices of a run of logic settle: which share of each layer's gates changes its operation or wires in an epoch, and how sure the choices are. */
export function choicesFigure(metrics: readonly MetricRow[], layers: number): Figure {
  const all = Array.from({ length: layers }, (_, i) => i + 1);
  const rows = panels.flatMap(({ panel, tags }) =>
    all.flatMap((layer) =>
      Object.entries(tags(layer)).flatMap(([series, tag]) =>
        metrics.flatMap(({ epoch, values }): Row[] => {
          const value = values[tag];
          return value === undefined ? [] : [{ panel, x: epoch, series, value }];
        }),
      ),
    ),
  );
  const drawn = panels.map(({ panel, title }) =>
    lineChart(
      rows.filter((row) => row.panel === panel).map(({ x, series, value }) => ({ x, y: value, series })),
      { x: "epoch", y: title, percent: true, width: WIDTH, height: HEIGHT },
    ),
  );
  return { svg: stack(drawn, { width: WIDTH, height: HEIGHT, title: "How the choices settle" }), rows };
}
