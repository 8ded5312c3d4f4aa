import { plotSvg } from "@hardgrad/cli/internal/figures/draw";
import * as Plot from "@observablehq/plot";
import type { Measured } from "./moments.ts";

/** A row of the table of `bench/fidelity.mjs`. */
export interface FidelityRow {
  readonly estimator: string;
  readonly epoch: number;
  readonly unbiased: boolean;
  readonly cosine: Measured;
}

const HUES = ["#9ecae1", "#4292c6", "#08519c", "#08306b"];

/** Cosines with the exact gradient, a line per biased estimator and a dot per epoch; the best on top. */
export function fidelityFigure(table: readonly FidelityRow[]): string {
  const biased = table.filter((row) => !row.unbiased && Number.isFinite(row.cosine.value));
  const epochs = [...new Set(biased.map((row) => row.epoch))];
  const rows = biased.map(({ estimator, epoch, cosine: { value, error } }) => ({
    estimator,
    epoch: `epoch ${epoch}`,
    value,
    low: value - error,
    high: value + error,
  }));
  const last = rows.filter((row) => row.epoch === `epoch ${epochs.at(-1)}`);
  const order = last.toSorted((a, b) => b.value - a.value).map((row) => row.estimator);
  return plotSvg({
    width: 850,
    height: 90 + 20 * order.length,
    marginTop: 40,
    marginLeft: 330,
    marginBottom: 44,
    style: { background: "transparent", fontSize: "12px" },
    x: { label: "cosine of the mean estimate with the exact gradient", grid: true },
    y: { label: null, domain: order, type: "band" },
    color: { legend: false, domain: epochs.map((epoch) => `epoch ${epoch}`), range: HUES },
    marks: [
      Plot.ruleX([0], { stroke: "#888" }),
      Plot.ruleY(rows, { x1: "low", x2: "high", y: "estimator", stroke: "epoch", strokeWidth: 3 }),
      Plot.dot(rows, { x: "value", y: "estimator", fill: "epoch", r: 4 }),
      ...epochs.map((epoch, i) =>
        Plot.text([`epoch ${epoch}`], { frameAnchor: "top-left", dx: 70 * i, dy: -26, fill: HUES[i]! }),
      ),
    ],
  });
}
