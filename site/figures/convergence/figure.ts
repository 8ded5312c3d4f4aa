import * as Plot from "@observablehq/plot";
import { defineFigure, type Look, type Row, type State } from "../contract.ts";
import { directionControls } from "../directions/controls.ts";
import { figure as directions } from "../directions/figure.ts";
import type { EstimatesData, Point } from "../estimators/estimates.ts";
import { colourOf, dashesOf, labelOf, spread } from "../estimators/marks.ts";
import { biasNumber, unitOf, verdictOf } from "../estimators/verdict.ts";
import { count, listed, withError } from "../plots/numbers.ts";
import { picture, placed, shape, text } from "../plots/svg.ts";
import { logTick, logTicks } from "../plots/ticks.ts";

type Data = EstimatesData;

/** Below this share of the gradient nothing is drawn: float32 ends there. */
const LEAST = 1e-4;

interface Curve {
  readonly title: string;
  value(p: Point): number;
  error(p: Point): number;
}

function draw(data: Data, _state: State<typeof directionControls>, look: Look): SVGElement {
  const { size, relative } = unitOf(data.exact);
  const of = relative ? ", relative to the gradient" : "";
  const curves: Curve[] = [
    {
      title: `Bias of the mean estimate${of}`,
      value: (p) => p.bias / size,
      error: (p) => p.biasError / size,
    },
    {
      title: `Variance of one estimate${relative ? ", relative to the gradient squared" : ""}`,
      value: (p) => p.variance / size ** 2,
      error: (p) => p.varianceError / size ** 2,
    },
  ];
  const beside = look.width >= 820;
  const width = beside ? look.width / 2 : look.width;
  const height = beside ? 320 : 270;
  const parts = curves.flatMap((curve, i) => {
    const [x, y] = beside ? [i * width, 0] : [0, i * (height + 24)];
    return [
      text(look, x + 8, y + 15, curve.title, { bold: true, size: 12 }),
      ...panel(data, curve, look, { x, y: y + 22, width, height }),
    ];
  });
  return picture(
    look,
    (beside ? height : 2 * height + 24) + 24,
    "Bias and variance against the number of estimates",
    ...parts,
  );
}

interface Mark {
  readonly id: string;
  readonly n: number;
  readonly value: number;
  readonly error: number;
}

function panel(
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
  const start = x + width - marginRight + 10;
  const labels = last.flatMap((m, i) => {
    const beside = y + heights[i]!;
    const end = `M${round(x + scaleX.apply(m.n) + 4)} ${round(y + scaleY.apply(m.value))}L${round(start)} ${round(beside)}`;
    return [
      shape(look.document, "path", { d: end, stroke: line, fill: "none" }),
      shape(look.document, "line", { x1: start, x2: start + 18, y1: beside, y2: beside, stroke: colourOf(look, m.id), "stroke-width": 2, "stroke-dasharray": dashes.get(m.id)! }), // biome-ignore format: one mark
      text(look, start + 22, beside + 4, labelOf(m.id, Math.floor((marginRight - 34) / 5.9)), { size: 11 }),
    ];
  });
  return [placed(chart, x, y), ...labels];
}

const round = (v: number): number => Math.round(v * 10) / 10;

function says({ exact, rows }: Data): string {
  const biased = rows.filter((r) => verdictOf(r, exact) === "biased");
  const falling = rows.filter((r) => r.measured && verdictOf(r, exact) !== "biased").map((r) => r.id);
  const samples = Math.max(0, ...rows.map((r) => r.measured?.count ?? 0));
  const level = biased.map((r) => `${r.id} at ${biasNumber(r.measured!, exact)}`);
  return [
    samples < 1000
      ? "Not enough samples yet to tell a bias from noise."
      : `After ${count(samples)} estimates each:`,
    ...(falling.length > 0
      ? [
          `the bias found for ${listed(falling)} keeps falling like one over the root of the number of estimates, as noise does.`,
        ]
      : []),
    ...(level.length > 0 ? [`It levels off for ${listed(level)}: that is bias.`] : []),
    "Variances settle to a constant: more estimates don't change how much a single one scatters.",
  ].join(" ");
}

const rowsOf = ({ rows }: Data): Row[] =>
  rows.flatMap(({ id, history }) =>
    history.map((p) => ({
      estimator: id,
      estimates: p.count,
      bias: p.bias,
      bias_error: p.biasError,
      variance: p.variance,
      variance_error: p.varianceError,
    })),
  );

export const figure = defineFigure({
  id: "convergence",
  question: "When can you tell bias from noise?",
  controls: directionControls,
  first: 16,
  plays: true,
  draw,
  says,
  code: directions.code,
  rows: rowsOf,
});
