import { useDevice } from "@hardgrad/experiments";
import { jit, numpy as np, random } from "@jax-js/jax";
import {
  type AuditRow,
  audit,
  catalogue,
  type Distribution,
  type Estimator,
  expectation,
  grad,
  type Objective,
} from "hardgrad";
import { loadProblem } from "../ask/problems.ts";
import type { Figure } from "./figure.ts";
import { arrow, drawing, grey, heads, ink, text } from "./shapes.ts";

const ids = ["straight-through", "straight-through-gumbel-softmax", "reinmax", "disarm", "rloo", "reinforce"];
/** Samples that are averaged in one estimate. */
const BATCH = 100;
const COUNT = 2000;
const BINS = 140;
/** Ends of the axis, in lengths of the exact gradient; wider tails are cut off. */
const [LOW, HIGH] = [-1, 6];
const [LEFT, RIGHT, TOP, LANE] = [226, 736, 84, 74];
const WIDTH = 970;
const BLUE = "#0072b2";
const ORANGE = "#b34a00";

/**
 * Estimates around the exact gradient on the problem `network`: bias is a shift, variance a width. An estimate is the
 * mean over a batch, projected on the exact gradient, so that 1 is right.
 */
export async function biasVarianceFigure(seed: number): Promise<Figure> {
  await useDevice("wasm");
  const { distribution, objective, title } = await loadProblem("network");
  const estimators = ids.map((id) => catalogue.find((e) => e.id === id)!.create());
  const report = await audit(distribution(), objective, estimators, { samples: COUNT * BATCH, seed });
  const lanes: { row: AuditRow; values: number[]; mean: number; deviation: number }[] = [];
  for (const row of report.rows) {
    const estimator = estimators.find((e) => e.id === row.id)!;
    const values = await projected(distribution, objective, estimator, report.gradient, seed);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
    lanes.push({ row, values, mean, deviation });
  }
  const rows = lanes.flatMap(({ row, values, mean, deviation }) =>
    histogram(values).map((share, i) => ({
      estimator: row.id,
      from: LOW + (i * (HIGH - LOW)) / BINS,
      share,
      mean,
      deviation,
      relative_bias: row.relativeBias,
      variance: row.variance,
      evaluations: row.evaluations,
    })),
  );
  const height = TOP + lanes.length * LANE + 66;
  const exact = x(1);
  const bottom = height - 60;
  const parts = [
    heads([ORANGE]),
    text(
      16,
      48,
      `${COUNT.toLocaleString("en")} estimates each, from batches of ${BATCH} samples; ${title}; seed ${seed}`,
      { fill: grey },
    ),
    ...[-1, 0, 1, 2, 3, 4, 5, 6].flatMap((v) => [
      `<line x1="${x(v)}" x2="${x(v)}" y1="${TOP - 10}" y2="${bottom}" stroke="#e5e5e5"/>`,
      text(x(v), bottom + 16, String(v), { anchor: "middle", fill: grey, size: 11 }),
    ]),
    ...lanes.flatMap((lane, i) => drawLane(lane, TOP + i * LANE)),
    `<line x1="${exact}" x2="${exact}" y1="${TOP - 10}" y2="${bottom}" stroke="${ink}" stroke-width="1.5"/>`,
    text(exact, TOP - 16, "exact gradient", { anchor: "middle", bold: true }),
    text((LEFT + RIGHT) / 2, bottom + 34, "estimate along the exact gradient, in units of its length", {
      anchor: "middle",
      fill: grey,
    }),
    text(16, height - 8, "Orange arrow: bias, the shift of the mean.", { fill: ORANGE }),
    text(270, height - 8, "Blue bar: one standard deviation to each side, the width.", { fill: BLUE }),
  ];
  return { svg: drawing(WIDTH, height, "Bias is a shift, variance is a width", parts), rows };
}

const x = (value: number): number =>
  Math.round((LEFT + ((Math.min(HIGH, Math.max(LOW, value)) - LOW) / (HIGH - LOW)) * (RIGHT - LEFT)) * 10) /
  10;

/** Estimates `g^ . g / |g|^2` for exact gradient g. */
async function projected(
  distribution: () => Distribution,
  objective: Objective,
  estimator: Estimator,
  gradient: readonly number[],
  seed: number,
): Promise<number[]> {
  const q = distribution();
  const estimate = jit(
    grad((logits: np.Array, key: np.Array) =>
      np.sum(expectation({ ...q, logits, batchShape: [COUNT * BATCH] }, objective, estimator, key)),
    ),
  );
  const logits = np.broadcastTo(q.logits.reshape([1, ...q.eventShape]), [COUNT * BATCH, ...q.eventShape]);
  const drawn = estimate(logits, random.key(seed)).reshape([COUNT, BATCH, ...q.eventShape]);
  const means = (await np.mean(drawn, 1).data()) as Float32Array;
  const size = gradient.length;
  const square = gradient.reduce((sum, g) => sum + g * g, 0);
  return Array.from(
    { length: COUNT },
    (_, n) => gradient.reduce((sum, g, i) => sum + g * means[n * size + i]!, 0) / square,
  );
}

/** Shares of the estimates by bin; those beyond the ends are in none. */
function histogram(values: readonly number[]): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const v of values) {
    const bin = Math.floor(((v - LOW) / (HIGH - LOW)) * BINS);
    if (bin >= 0 && bin < BINS) bins[bin]! += 1 / values.length;
  }
  return bins;
}

function drawLane(
  { row, values, mean, deviation }: { row: AuditRow; values: number[]; mean: number; deviation: number },
  top: number,
): string[] {
  const base = top + LANE - 22;
  const shares = histogram(values);
  const scale = 44 / Math.max(...shares);
  const step = (RIGHT - LEFT) / BINS;
  const line = shares.map(
    (s, i) =>
      `${(LEFT + i * step).toFixed(1)} ${(base - s * scale).toFixed(1)}H${(LEFT + (i + 1) * step).toFixed(1)}`,
  );
  const percent = 100 * row.relativeBias;
  const bias = row.verdict === "biased" ? `bias ${percent.toFixed(percent < 10 ? 1 : 0)} %` : "no bias found";
  return [
    `<path d="M${LEFT} ${base}L${line.join("L")}V${base}Z" fill="#9ec5e0"/>`,
    `<line x1="${LEFT}" x2="${RIGHT}" y1="${base}" y2="${base}" stroke="${grey}"/>`,
    `<line x1="${x(mean - deviation)}" x2="${x(mean + deviation)}" y1="${base + 6}" y2="${base + 6}" stroke="${BLUE}" stroke-width="4"/>`,
    ...(row.verdict === "biased" && Math.abs(x(mean) - x(1)) > 6
      ? [arrow(`M${x(1)} ${base + 13}H${x(mean)}`, ORANGE, { width: 2.5 })]
      : []),
    text(16, base - 18, row.id, { bold: true, size: 12 }),
    text(16, base - 2, `${row.evaluations} evaluation${row.evaluations === 1 ? "" : "s"} of f`, {
      fill: grey,
      size: 11,
    }),
    text(RIGHT + 16, base - 18, bias, { fill: row.verdict === "biased" ? ORANGE : ink }),
    text(RIGHT + 16, base - 2, `standard deviation ${deviation.toPrecision(2)}`, { fill: BLUE, size: 12 }),
  ];
}
