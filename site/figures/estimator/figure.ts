import { defineFigure, type Look, type Row, type State } from "../contract.ts";
import { curvesOf, panel, titleOf } from "../convergence/panel.ts";
import { frameOf, plane } from "../directions/plane.ts";
import type { Estimated, EstimatesData } from "../estimators/estimates.ts";
import { colourOf } from "../estimators/marks.ts";
import { callOf, entryOf } from "../estimators/menu.ts";
import { biasNumber, biasText, varianceText, verdictOf } from "../estimators/verdict.ts";
import { codeOf } from "../losses/code.ts";
import { count, withError } from "../plots/numbers.ts";
import { picture, placed, text } from "../plots/svg.ts";
import { estimatorControls, kindOf, kinds, lossOf } from "./controls.ts";

type Data = EstimatesData;
type Controls = typeof estimatorControls;

function draw(data: Data, state: State<Controls>, look: Look): SVGElement {
  const row = data.rows[0]!;
  const beside = look.width >= 560;
  const side = Math.min(300, beside ? look.width * 0.42 : look.width);
  const { element, outside } = plane(row, data.exact, frameOf(data.exact, data.rows), {
    look,
    side,
    colour: colourOf(look, row.id),
    names: ["gradient of a1", "gradient of a2"],
  });
  const right = beside
    ? { x: side + 24, y: 0, width: look.width - side - 24 }
    : { x: 0, y: side + 44, width: look.width };
  const lines = told(row, data);
  const curve = curvesOf(data.exact)[0];
  const top = right.y + 30 + 20 * lines.length;
  const height = beside ? Math.max(170, side + 30 - top) : 200;
  return picture(
    look,
    Math.max(side + 34, top + height + 8),
    `${row.id}: estimates around the exact gradient`,
    text(look, 8, 16, `${row.id} on ${kindOf(state)}${beside ? `: ${kinds[kindOf(state)].name}` : ""}`, {
      bold: true,
      size: beside ? 13 : 11.5,
    }),
    placed(element, 0, 24),
    ...(outside > 0.005 ? [text(look, side - 8, side - 18, `${Math.round(100 * outside)} % outside`, { size: 11, anchor: "end", fill: look.colours.quiet })] : []), // biome-ignore format: one line
    ...lines.map((line, i) =>
      text(look, right.x, right.y + 40 + 20 * i, line, { size: look.width < 360 ? 11 : 12.5 }),
    ),
    text(look, right.x, top + 18, titleOf(curve, right.width), { size: 12, bold: true }),
    ...panel(data, curve, look, { x: right.x - 8, y: top + 22, width: right.width, height: height - 16 }),
  );
}

/** The numbers beside the picture. */
function told(row: Estimated, { exact }: Data): string[] {
  const { measured, evaluations, fault } = row;
  if (fault !== undefined) return ["It does not apply here: see the text below."];
  if (!measured) return ["There are not enough samples yet."];
  return [
    biasText(row, exact),
    `variance ${varianceText(measured)}, squared error ${withError(measured.mse, measured.mseError)}`,
    `${evaluations} evaluation${evaluations === 1 ? "" : "s"} of f per estimate; ${count(measured.count)} estimates`,
  ];
}

function says(data: Data, state: State<Controls>): string {
  const row = data.rows[0]!;
  const { id, measured, fault } = row;
  const kind = kindOf(state);
  const other = kind === state.distribution ? "" : ` (it does not support ${state.distribution})`;
  const on = `with the ${state.loss} loss and a ${kind} distribution${other}`;
  if (fault !== undefined) return `${id} does not apply ${on}: ${fault}`;
  if (!measured) return `There are not enough samples of ${id} yet.`;
  const verdict = verdictOf(row, data.exact);
  const where =
    verdict === "biased"
      ? `misses the exact gradient by ${biasNumber(measured, data.exact)}`
      : verdict === "no bias seen"
        ? "sits on the exact gradient: no bias is seen"
        : "may or may not be biased: there are not enough samples yet to tell";
  return `After ${count(measured.count)} estimates the mean of ${id} ${where}, ${on}. A single estimate scatters with variance ${varianceText(measured)}.`;
}

function code(state: State<Controls>): string {
  const kind = kindOf(state);
  const logits = [...state.logits, ...kinds[kind].more];
  const entry = entryOf(state.estimator);
  const made = kinds[kind].code;
  const names = ["audit", entry.name, made.slice(0, made.indexOf("("))].sort();
  return `import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { ${names.join(", ")} } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const logits = np.array([${logits.join(", ")}]);
const f = ${codeOf(lossOf(state, logits.length))};
const report = await audit(${made}, f, [${callOf(entry, state)}], { samples: 20000, seed: ${state.seed} });
console.log("exact gradient:", report.gradient);
for (const { id, relativeBias, relativeNoise, variance } of report.rows)
  console.log(id, "bias", relativeBias, "±", relativeNoise, "variance", variance);
for (const { id, reason } of report.skipped) console.log(id, reason);
`;
}

const rowsOf = ({ exact, rows }: Data): Row[] => [
  ...exact.map((g, i): Row => {
    const measured = rows[0]!.measured;
    const found = measured
      ? { mean: measured.mean[i]!, error: measured.errors[i]!, estimates: measured.count }
      : {};
    return { what: `gradient of a${i + 1}`, exact: g, ...found };
  }),
  ...rows[0]!.history.map((p) => ({
    what: "curve",
    estimates: p.count,
    bias: p.bias,
    bias_error: p.biasError,
    variance: p.variance,
    variance_error: p.varianceError,
  })),
];

export const figure = defineFigure({
  id: "estimator",
  question: "Where does this estimator point?",
  controls: estimatorControls,
  first: 40,
  plays: true,
  draw,
  says,
  code,
  rows: rowsOf,
});
