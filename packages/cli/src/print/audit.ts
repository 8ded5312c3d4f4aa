import type { EstimatorSpec } from "@hardgrad/experiments";
import type { AuditReport, AuditRow } from "hardgrad";
import { formatEstimator } from "../ask/estimator.ts";
import { short } from "./console.ts";
import { tableText } from "./table.ts";

/** The label of a row: its id, with the options that were given. */
export type Labelled = AuditRow & { readonly label: string };

/** The rows, each with the spec that it was asked for by. */
export function labelled(report: AuditReport, specs: readonly EstimatorSpec[]): Labelled[] {
  const left = [...specs];
  return report.rows.map((row) => {
    const [spec] = left.splice(
      left.findIndex(({ id }) => id === row.id),
      1,
    );
    return { ...row, label: formatEstimator(spec!) };
  });
}

/** Reasons begin with the name of the estimator where that says them; who prints them says it already. */
function skippedOf({ skipped }: AuditReport): AuditReport["skipped"] {
  return skipped.map(({ id, reason }) => ({
    id,
    reason: reason.startsWith(`${id}: `) ? reason.slice(id.length + 2) : reason,
  }));
}

/** Each reason once, with those it holds for. */
export function reasonsOf(report: AuditReport): { ids: string; reason: string }[] {
  const skipped = skippedOf(report);
  const reasons = [...new Set(skipped.map((s) => s.reason))];
  return reasons.map((reason) => {
    const ids = skipped.filter((s) => s.reason === reason).map((s) => s.id);
    return { ids: ids.join(", "), reason };
  });
}

export const sentenceOf = (report: AuditReport): string =>
  `${reasonsOf(report)
    .map(({ ids, reason }) => `${ids}: ${reason.replace(/\.$/, "")}`)
    .join("; ")}.`;

const percent = (value: number): string => (value < 1e-4 ? "<0.01 %" : `${short(100 * value)} %`);

/** What was found, and what could still be hidden. */
function verdictOf(r: Labelled): string {
  if (r.verdict === "biased") return r.verdict;
  if (r.verdict === "no bias found") return `no bias found, could be up to ${percent(r.relativeBound)}`;
  if (r.samplesNeeded === null) return "undecided: the exact gradient is zero";
  return `undecided, needs about ${r.samplesNeeded.toLocaleString("en-US", { maximumSignificantDigits: 2 })} estimates`;
}

/** The table, with what it is of above and how to read it below. */
export function auditText(report: AuditReport, rows: readonly Labelled[], title: string): string {
  const head = [
    "estimator",
    "bias",
    "verdict",
    "z",
    "variance",
    "MSE",
    "cosine",
    "evals",
    "descent/eval",
    "us each",
  ];
  const cells = rows.map((r) => [
    r.label,
    `${percent(r.relativeBias)} ± ${percent(r.relativeNoise)}`,
    verdictOf(r),
    r.z.toFixed(1),
    short(r.variance),
    short(r.mse),
    r.cosine === null ? "—" : r.cosine.toFixed(4),
    String(r.evaluations),
    r.descentPerEvaluation === null ? "—" : short(r.descentPerEvaluation),
    short(r.microsecondsPerEstimate),
  ]);
  const size = Math.hypot(...report.gradient);
  const own = rows.flatMap(({ label, law, ...r }) => (law ? [{ label, law, r }] : []));
  const lawTable = [
    tableText(
      ["estimator", "law off by", "bias under its own law", "bias"],
      own.map(({ label, law, r }) => [
        label,
        `${percent(law.distance)} ± ${percent(law.noise)}`,
        law.relativeBias === null ? "—" : `${percent(law.relativeBias)} ± ${percent(law.relativeNoise!)}`,
        `${percent(r.relativeBias)} ± ${percent(r.relativeNoise)}`,
      ]),
      { left: [0] },
    ),
    "law off by: total variation between what f is given and the distribution, of the variable where it is largest",
    "bias under its own law: against the gradient of E[f] for its own samples, in % of that; —: a law that does not move, or none known",
  ];
  return [
    title,
    `${report.states} states, E[f] = ${short(report.mean)}, exact gradient of length ${short(size)}; ${report.samples} estimates each, seed ${report.seed}`,
    tableText(head, cells, { left: [0, 2] }),
    "bias: length of the mean estimate minus the exact gradient, in % of the exact gradient's length, ± its noise",
    "verdict: what this many estimates can tell; undecided: a bias as long as the gradient could have been missed",
    "descent/eval: what the best step along an estimate gains, as a fraction of the best step along the exact gradient, per evaluation of f",
    ...(own.length > 0 ? ["", "samples under a law of the estimator's own", ...lawTable] : []),
  ].join("\n");
}
