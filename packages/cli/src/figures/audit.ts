import * as Plot from "@observablehq/plot";
import type { AuditReport, AuditRow } from "hardgrad";
import { colours, plotSvg, stack } from "./draw.ts";

/** The label of a row: its id, with the options that were given. */
export type Labelled = AuditRow & { readonly label: string };

const WIDTH = 820;
const HEIGHT = 460;

/** Bias against variance, and error against cost, of an audit. */
export function auditFigure(report: AuditReport, rows: readonly Labelled[], title: string): string {
  const size = Math.max(Math.hypot(...report.gradient), 1e-12);
  const floor = 1e-4;
  const points = rows.map((r) => ({
    label: r.label,
    kind: r.unbiased ? "unbiased" : "biased",
    // What lies below its own noise is drawn at the noise, hollow.
    bias: Math.max(floor, r.relativeBias, r.relativeNoise),
    seen: r.verdict === "biased",
    deviation: Math.max(floor, Math.sqrt(r.variance) / size),
    error: Math.max(floor, Math.sqrt(r.mse) / size),
    evaluations: r.evaluations,
  }));
  const scatter = (
    x: "deviation" | "evaluations",
    y: "bias" | "error",
    xLabel: string,
    yLabel: string,
  ): string =>
    plotSvg({
      width: WIDTH,
      height: HEIGHT,
      marginLeft: 64,
      marginRight: 190,
      marginBottom: 44,
      style: { background: "transparent", fontSize: "12px" },
      x: { type: "log", label: xLabel, grid: true, tickFormat: "~g", ticks: 6, nice: true },
      y: { type: "log", label: yLabel, grid: true, tickFormat: "~g", ticks: 6, nice: true },
      color: { domain: ["unbiased", "biased"], range: [colours[0]!, colours[1]!] },
      marks: [
        Plot.dot(points, {
          x,
          y,
          stroke: "kind",
          fill: "kind",
          fillOpacity: (d: { seen: boolean }) => (d.seen || y === "error" ? 0.8 : 0),
          r: 4,
        }),
        Plot.text(points, { x, y, text: "label", fill: "kind", textAnchor: "start", dx: 7, fontSize: 10 }),
      ],
    });
  return stack(
    [
      scatter(
        "deviation",
        "bias",
        "standard deviation of one estimate, relative to the gradient",
        "bias, relative to the gradient (hollow: not told from noise)",
      ),
      scatter(
        "evaluations",
        "error",
        "evaluations of f per estimate",
        "error of one estimate, relative to the gradient",
      ),
    ],
    { width: WIDTH, height: HEIGHT, title: `Audit: ${title}` },
  );
}
