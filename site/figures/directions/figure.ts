import { defineFigure, type Look, type Row, type State } from "../contract.ts";
import { auditCode } from "../estimators/code.ts";
import type { Estimated, EstimatesData } from "../estimators/estimates.ts";
import { colourOf, labelOf } from "../estimators/marks.ts";
import { entryOf } from "../estimators/menu.ts";
import { biasNumber, biasText, unitOf, varianceText, verdictOf } from "../estimators/verdict.ts";
import { expressionOf } from "../losses/controls.ts";
import { unitsOf } from "../losses/expression.ts";
import { count, listed } from "../plots/numbers.ts";
import { picture, placed, shape, text, tip } from "../plots/svg.ts";
import { directionControls, MOST, OTHERS } from "./controls.ts";
import { frameOf, marginOf, plane } from "./plane.ts";

type Data = EstimatesData;

function draw(data: Data, _state: State<typeof directionControls>, look: Look): SVGElement {
  const { exact, rows } = data;
  const most = look.width < 520 ? 2 : look.width < 900 ? 3 : 4;
  const columns = Math.min(most, rows.length);
  const cell = Math.min(300, look.width / columns);
  const left = (look.width - columns * cell) / 2;
  const frame = frameOf(exact, rows);
  const [head, foot] = [22, 44];
  const size = cell < 200 ? 10 : 12;
  const panels = rows.flatMap((row, i): SVGElement[] => {
    const x = left + (i % columns) * cell;
    const y = Math.floor(i / columns) * (cell + head + foot);
    const colour = colourOf(look, row.id);
    // On a phone the numbers need the axis' margin, too.
    const margin = x + (cell < 200 ? 10 : marginOf(cell));
    const names = ["gradient of a1", cell < 200 ? "of a2" : "gradient of a2"] as const;
    const { element, outside } = plane(row, exact, frame, { look, side: cell, colour, names });
    return [
      shape(
        look.document,
        "rect",
        { x: x + 10, y: y + 6, width: 9, height: 9, fill: colour },
        tip(look.document, entryOf(row.id).family),
      ),
      text(look, x + 24, y + 15, short(row.id, cell, size + 1), { size: size + 1, bold: true }),
      placed(element, x, y + head),
      ...(outside > 0.005
        ? [
            text(look, x + cell - 8, y + head + cell - 42, `${Math.round(100 * outside)} % outside`, {
              size: cell < 200 ? 10 : 11,
              fill: look.colours.quiet,
              anchor: "end",
            }),
          ]
        : []),
      text(
        look,
        margin,
        y + head + cell + 14,
        row.fault === undefined ? biasText(row, exact) : "does not apply here",
        { size },
      ),
      text(look, margin, y + head + cell + 30, below(row), { size, fill: look.colours.quiet }),
    ];
  });
  const height = Math.ceil(rows.length / columns) * (cell + head + foot) + 4;
  return picture(look, height, "Gradient estimates of two units around the exact gradient", ...panels);
}

const short = (id: string, cell: number, size: number): string =>
  labelOf(id, Math.floor((cell - 28) / (0.57 * size)));

function below({ measured, fault }: Estimated): string {
  if (fault !== undefined) return "see the text below";
  return measured ? `variance ${varianceText(measured)}` : "training its control variate";
}

function says({ exact, rows }: Data): string {
  const samples = Math.max(0, ...rows.map((r) => r.measured?.count ?? 0));
  if (samples === 0 && rows.every((r) => r.fault === undefined)) return "There are not enough samples yet.";
  const { relative } = unitOf(exact);
  const told = (verdict: string): Estimated[] => rows.filter((r) => verdictOf(r, exact) === verdict);
  const right = told("no bias seen").map((r) => r.id);
  const wrong = told("biased").map((r) => `${r.id} by ${biasNumber(r.measured!, exact)}`);
  const early = told("too few samples").map((r) => r.id);
  const faults = rows
    .filter((r) => r.fault !== undefined)
    .map((r) => `${r.id} does not apply here: ${r.fault}`);
  const noisy = [...rows]
    .filter((r) => r.measured)
    .sort((a, b) => b.measured!.variance - a.measured!.variance)[0];
  const arrow = relative ? "the exact arrow" : "the exact gradient, which is zero here";
  return [
    `After ${count(samples)} estimates each:`,
    ...(right.length > 0 ? [`${listed(right)} ${right.length === 1 ? "sits" : "sit"} on ${arrow}.`] : []),
    ...(wrong.length > 0 ? [`${right.length > 0 ? "Off it" : `Off ${arrow}`}: ${listed(wrong)}.`] : []),
    ...(early.length > 0 ? [`Not enough samples yet to tell for ${listed(early)}.`] : []),
    ...(noisy && noisy.measured!.variance > 1e-9
      ? [`${noisy.id} scatters most, with variance ${varianceText(noisy.measured!)}.`]
      : []),
    ...faults,
  ].join(" ");
}

function code(state: State<typeof directionControls>): string {
  const expression = expressionOf(state, 2, MOST);
  const logits = [...state.logits, ...OTHERS].slice(0, Math.max(2, unitsOf(expression)));
  return auditCode({
    logits,
    slope: state.slope,
    expression,
    ids: state.estimators,
    dials: state,
    seed: state.seed,
  });
}

const rowsOf = ({ exact, rows }: Data): Row[] => [
  { estimator: "exact gradient", mean_a1: exact[0]!, mean_a2: exact[1]! },
  ...rows.map(
    ({ id, measured, evaluations, fault }): Row => ({
      estimator: id,
      evaluations,
      ...(measured
        ? {
            mean_a1: measured.mean[0]!,
            mean_a2: measured.mean[1]!,
            error_a1: measured.errors[0]!,
            error_a2: measured.errors[1]!,
            samples: measured.count,
            bias: measured.bias,
            bias_error: measured.biasError,
            variance: measured.variance,
            variance_error: measured.varianceError,
          }
        : {}),
      ...(fault === undefined ? {} : { fault }),
    }),
  ),
];

export const figure = defineFigure({
  id: "directions",
  question: "Which way does each estimator point?",
  controls: directionControls,
  first: 16,
  // One estimate at least of each that is compared at first.
  early: 6,
  plays: true,
  draw,
  says,
  code,
  rows: rowsOf,
});
