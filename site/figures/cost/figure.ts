import { defineFigure, type Look, type Row, type State } from "../contract.ts";
import type { EstimatesData } from "../estimators/estimates.ts";
import { callOf, entryOf } from "../estimators/menu.ts";
import { codeOf } from "../losses/code.ts";
import { count, listed, percent } from "../plots/numbers.ts";
import { picture, text } from "../plots/svg.ts";
import { type Candidate, candidates, errorAt, errorOfError, ranked, spent } from "./answer.ts";
import { chart, legend } from "./chart.ts";
import { compared, costControls, FIRST } from "./controls.ts";
import { problemOf } from "./problem.ts";

type Data = EstimatesData;
type Controls = typeof costControls;

const unitName = (state: State<Controls>): string =>
  state.cost === "microseconds" ? "microseconds" : "evaluations of f";

function draw(data: Data, state: State<Controls>, look: Look): SVGElement {
  const all = candidates(data, state);
  const label = "Error of the gradient against its cost";
  const head = text(
    look,
    8,
    16,
    look.width < 400 ? "Squared error ÷ squared gradient" : "Squared error, relative to the squared gradient",
    { bold: true, size: 13 },
  );
  if (all.length === 0)
    return picture(
      look,
      120,
      label,
      head,
      text(look, 50, 60, "Not enough samples yet.", { fill: look.colours.quiet }),
    );
  const height = look.width < 600 ? 340 : 420;
  const families = legend(all, look, 36);
  const y = 36 + families.height;
  const marks = chart(all, state.budget, unitName(state), look, { y, width: look.width, height });
  return picture(look, y + height + 4, label, head, ...families.elements, ...marks);
}

function says(data: Data, state: State<Controls>): string {
  const all = candidates(data, state);
  if (all.length === 0) return "There are not enough samples yet.";
  const { budget } = state;
  const best = ranked(all, budget);
  if (data.rows.filter((r) => r.measured || r.fault !== undefined).length < FIRST)
    return `So far ${all.length} of ${data.rows.length} estimators are measured${best[0] ? `; of these, ${best[0].id} has the least error for ${count(budget)} ${unitName(state)}` : ""}.`;
  const out = all.filter((c) => c.against !== undefined).length;
  const rest = out > 0 ? ` ${out} of ${all.length} estimators are out by your answers.` : "";
  const first = best[0];
  if (!first)
    return `No estimator that applies costs as little as ${budget} ${unitName(state)}: raise the budget.${rest}`;
  const times = Math.floor(budget / first.cost);
  const averaged = times > 1 && first.variance > 0 ? `, as the mean of ${count(times)} estimates` : "";
  const told = (c: Candidate): string =>
    percent(errorAt(c, spent(c, budget)), errorOfError(c, spent(c, budget)));
  const left =
    errorAt(first, spent(first, budget)) < 1e-6
      ? "no error"
      : `a squared error of ${told(first)} of the squared gradient`;
  const next = best.slice(1, 3).map((c) => `${c.id} (${told(c)})`);
  const coming = data.rows.filter((r) => !r.measured && r.fault === undefined).length;
  const more = coming > 0 ? ` ${coming} more, which take longer to prepare, join as it plays.` : "";
  const samples = Math.min(...data.rows.flatMap((r) => (r.measured ? [r.measured.count] : [])));
  return `For ${count(budget)} ${budget === 1 ? unitName(state).replace(/(evaluation|microsecond)s/, "$1") : unitName(state)}, use ${first.id}${averaged}: ${left}.${next.length > 0 ? ` Then ${listed(next)}.` : ""}${rest} Each was measured on at least ${count(samples)} estimates.${more}`;
}

function code(state: State<Controls>): string {
  const { expression, logits } = problemOf(state);
  const f = codeOf(expression);
  const asked = [
    ...(state.soft ? [] : ['e.forward === "hard" && !e.needs.includes("soft")']),
    ...(state.differentiable ? [] : ['e.needs === "values"']),
    ...(state.unbiased ? ["e.unbiased"] : []),
  ];
  const cost = state.cost === "microseconds" ? "microsecondsPerEstimate" : "evaluations";
  const given = compared.filter((e) => callOf(e, state) !== `${e.name}()`);
  const options = given.map((e) => `  "${e.id}": ${callOf(e, state).slice(e.name.length + 1, -1)},`);
  return `import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { audit, bernoulli, catalogue${f.includes("sigmoid(") ? ", sigmoid" : ""} } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const q = bernoulli(np.array([${logits.join(", ")}]));
const f = ${f};
const options = {
${options.join("\n")}
};
const estimators = catalogue
  .map((entry) => entry.create(options[entry.id]))
  .filter((e) => ${['e.supports.includes("bernoulli")', ...asked].join(" && ")});
const report = await audit(q, f, estimators, { samples: 2000, seed: ${state.seed} });

const budget = ${state.budget}; // ${unitName(state)}
const square = report.gradient.reduce((sum, g) => sum + g * g, 0);
/** Squared error of the mean of as many estimates as the budget buys, relative to the squared gradient. */
const error = (r) =>
  (r.unbiased ? 0 : Math.max(0, r.relativeBias ** 2 - r.relativeNoise ** 2)) + (r.variance * r.${cost}) / budget / square;
const rows = report.rows.filter((r) => r.${cost} <= budget).sort((x, y) => error(x) - error(y));
for (const r of rows.slice(0, 5)) console.log(r.id, error(r), r.${cost});
`;
}

const rowsOf = (data: Data, state: State<Controls>): Row[] =>
  candidates(data, state).map((c: Candidate) => ({
    estimator: c.id,
    family: entryOf(c.id).family,
    ...(state.cost === "microseconds" ? { microseconds: c.cost } : { evaluations: c.cost }),
    squared_error: c.mse,
    squared_error_error: c.mseError,
    bias_squared: c.biasSquared,
    variance: c.variance,
    out_because: c.against ?? "",
  }));

export const figure = defineFigure({
  id: "cost",
  question: "What does it cost?",
  controls: costControls,
  first: FIRST,
  early: 8,
  measured: ["microseconds"],
  plays: true,
  draw,
  says,
  code,
  rows: rowsOf,
});
