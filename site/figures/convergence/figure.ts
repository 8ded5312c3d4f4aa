import { defineFigure, type Look, type Row, type State } from "../contract.ts";
import { directionControls } from "../directions/controls.ts";
import { figure as directions } from "../directions/figure.ts";
import type { EstimatesData } from "../estimators/estimates.ts";
import { biasNumber, verdictOf } from "../estimators/verdict.ts";
import { count, listed } from "../plots/numbers.ts";
import { picture, text } from "../plots/svg.ts";
import { curvesOf, panel, titleOf } from "./panel.ts";

type Data = EstimatesData;

function draw(data: Data, _state: State<typeof directionControls>, look: Look): SVGElement {
  const beside = look.width >= 820;
  const width = beside ? look.width / 2 : look.width;
  const height = beside ? 320 : 270;
  const parts = curvesOf(data.exact).flatMap((curve, i) => {
    const [x, y] = beside ? [i * width, 0] : [0, i * (height + 24)];
    return [
      text(look, x + 8, y + 15, titleOf(curve, width), { bold: true, size: 12 }),
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

function says({ exact, rows }: Data): string {
  const biased = rows.filter((r) => verdictOf(r, exact) === "biased");
  const early = rows.filter((r) => r.rare && verdictOf(r, exact) === "too few samples").map((r) => r.id);
  const falling = rows
    .filter((r) => r.measured && verdictOf(r, exact) !== "biased" && !early.includes(r.id))
    .map((r) => r.id);
  const samples = Math.max(0, ...rows.map((r) => r.measured?.count ?? 0));
  const level = biased.map((r) => `${r.id} at ${biasNumber(r.measured!, exact)}`);
  return [
    samples < 1000
      ? `After ${count(samples)} estimates each, noise still hides a bias.`
      : `After ${count(samples)} estimates each:`,
    ...(falling.length > 0 && samples >= 1000
      ? [
          `the bias found for ${listed(falling)} keeps falling like one over the root of the number of estimates, as noise does.`,
        ]
      : []),
    ...(early.length > 0
      ? [`For ${listed(early)} nothing can be said yet: a unit has hardly shown its rarer value.`]
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
  early: 4,
  plays: true,
  draw,
  says,
  code: directions.code,
  rows: rowsOf,
});
