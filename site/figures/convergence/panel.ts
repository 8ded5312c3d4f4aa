import * as Plot from "@observablehq/plot";
import type { Look } from "../contract.ts";
import type { EstimatesData, Point } from "../estimators/estimates.ts";
import { colourOf, dashesOf, labelOf, spread } from "../estimators/marks.ts";
import { names } from "../estimators/names.ts";
import { unitOf } from "../estimators/verdict.ts";
import { count, withError } from "../plots/numbers.ts";
import { placed, text } from "../plots/svg.ts";
import { logTick, logTicks } from "../plots/ticks.ts";

type Data = EstimatesData;

/** Below this share of the gradient nothing is drawn: float32 ends there. */
const LEAST = 1e-4;

/** What is drawn against the number of estimates. */
export interface Curve {
  readonly title: string;
  /** For a panel of less than 400 pixels. */
  readonly short: string;
  value(p: Point): number;
  error(p: Point): number;
}

/** Of bias and of variance, relative to the gradient if it is not zero. */
export function curvesOf(exact: readonly number[]): readonly [Curve, Curve] {
  const { size, relative } = unitOf(exact);
  return [
    {
      title: `Bias of the mean estimate${relative ? ", relative to the gradient" : ""}`,
      short: relative ? "Bias, relative to the gradient" : "Bias of the mean estimate",
      value: (p) => p.bias / size,
      error: (p) => p.biasError / size,
    },
    {
      title: `Variance of one estimate${relative ? ", relative to the gradient squared" : ""}`,
      short: relative ? "Variance, relative to |gradient|²" : "Variance of one estimate",
      value: (p) => p.variance / size ** 2,
      error: (p) => p.varianceError / size ** 2,
    },
  ];
}

export const titleOf = ({ title, short }: Curve, width: number): string => (width < 400 ? short : title);

interface Mark {
  readonly id: string;
  readonly n: number;
  readonly value: number;
  readonly error: number;
}

/** One curve per estimator, on logarithmic axes, named at its end. */
export function panel(
  data: Data,
  curve: Curve,
  look: Look,
  at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): SVGElement[] {
  const { x, y, width, height } = at;
  const { quiet, line } = look.colours;
  const dashes = dashesOf(data.rows.map((r) => r.id));
  const marks = data.rows.flatMap(({ id, history }) =>
    history.map(
      (p): Mark => ({ id, n: p.count, value: Math.max(LEAST, curve.value(p)), error: curve.error(p) }),
    ),
  );
  if (marks.length === 0) return [text(look, x + 48, y + 40, "Not enough samples yet.", { fill: quiet })];
  const marginRight = Math.min(200, width * 0.36);
  const values = marks.map((m) => m.value);
  const domain = [Math.min(...values) / 1.3, Math.max(...values) * 1.5] as const;
  const reach = [10, Math.max(1000, ...marks.map((m) => m.n))] as const;
  const ids = [...new Set(marks.map((m) => m.id))];
  // A logarithmic axis has no zero: what is within two errors of it has no band.
  const edge = (m: Mark, side: number): number =>
    m.value > 2 * m.error ? m.value + side * m.error : Number.NaN;
  const chart = Plot.plot({
    document: look.document,
    width,
    height,
    marginLeft: 48,
    marginRight,
    marginTop: 10,
    marginBottom: 36,
    style: { background: "transparent", color: quiet, fontSize: "11px" },
    x: {
      type: "log",
      domain: reach,
      ticks: logTicks(reach),
      tickFormat: logTick,
      label: "estimates",
      labelAnchor: "center",
      labelArrow: "none",
    },
    y: { type: "log", domain, ticks: logTicks(domain), tickFormat: logTick, label: null, clamp: true },
    marks: [
      Plot.gridY(logTicks(domain), { stroke: line, strokeOpacity: 1 }),
      ...ids.flatMap((id) => {
        const own = marks.filter((m) => m.id === id);
        const colour = colourOf(look, id);
        return [
          Plot.areaY(own, {
            x: "n",
            y1: (m) => edge(m, -1),
            y2: (m) => edge(m, 1),
            fill: colour,
            fillOpacity: 0.2,
          }),
          Plot.lineY(own, {
            x: "n",
            y: "value",
            stroke: colour,
            strokeWidth: 1.8,
            strokeDasharray: dashes.get(id)!,
          }),
          Plot.dot(own.slice(-1), {
            x: "n",
            y: "value",
            r: 3,
            fill: colour,
            title: (m: Mark) => `${id}: ${withError(m.value, m.error)} after ${count(m.n)} estimates`,
          }),
        ];
      }),
    ],
  });
  const [scaleX, scaleY] = [chart.scale("x")!, chart.scale("y")!];
  const last = ids.map((id) => marks.findLast((m) => m.id === id)!);
  const heights = spread(
    last.map((m) => scaleY.apply(m.value)),
    14,
    height - 40,
  );
  const ends = last.map((m, i) => ({
    id: m.id,
    label: labelOf(m.id, Math.floor((marginRight - 34) / 5.9)),
    from: [x + scaleX.apply(m.n) + 4, y + scaleY.apply(m.value)] as const,
    beside: y + heights[i]!,
  }));
  return [placed(chart, x, y), ...names(look, ends, dashes, x + width - marginRight + 10, 11)];
}
