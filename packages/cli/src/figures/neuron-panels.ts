import * as Plot from "@observablehq/plot";
import type { NeuronRow } from "./neuron-rows.ts";

/** Where a panel is drawn, and in which colours: on the command line and on the site. */
export interface PanelStyle {
  readonly document: Document;
  readonly width: number;
  readonly height: number;
  readonly marginLeft?: number;
  readonly ground: string;
  readonly ink: string;
  readonly curve: string;
  readonly samples: string;
}

type Panel = ReturnType<typeof Plot.plot>;

const common = ({ document, width, height, marginLeft = 56, ground, ink }: PanelStyle): Plot.PlotOptions => ({
  document,
  width,
  height,
  marginLeft,
  marginBottom: 42,
  style: { background: ground, fontSize: "12px", color: ink },
  x: { label: "pre-activation a", labelAnchor: "center", labelOffset: 36, domain: [-3, 3] },
});

/** The probability of a one, and marks on top of it. */
export function probabilityPanel(
  rows: readonly NeuronRow[],
  label: string | null,
  style: PanelStyle,
  marks: Plot.Markish[] = [],
): Panel {
  return Plot.plot({
    ...common(style),
    marginTop: label === null ? 20 : 28,
    y: { label, domain: [0, 1], grid: true },
    marks: [Plot.lineY(rows, { x: "a", y: "probability", stroke: style.curve, strokeWidth: 2 }), ...marks],
  });
}

/** One sample per point. */
export function samplesPanel(rows: readonly NeuronRow[], style: PanelStyle): Panel {
  // Only where the sample changes does the line need points: the drawing is the same, the file far smaller.
  const corners = rows.filter(
    (r, i) =>
      i === 0 ||
      i === rows.length - 1 ||
      r.sample !== rows[i - 1]!.sample ||
      r.sample !== rows[i + 1]!.sample,
  );
  return Plot.plot({
    ...common(style),
    marginTop: 28, // the label and the highest number are apart
    y: { label: "one sample h per point", domain: [0, 1], ticks: [0, 1], grid: true },
    marks: [Plot.lineY(corners, { x: "a", y: "sample", stroke: style.samples, strokeWidth: 0.35 })],
  });
}
