import { makeEstimator, useDevice } from "@hardgrad/experiments";
import { random } from "@jax-js/jax";
import type { Command } from "commander";
import { type AuditReport, catalogue, holdUnits, audit as measure } from "hardgrad";
import { seedOf } from "../ask/configuration.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import { parseEstimator } from "../ask/estimator.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { loadProblem, type Problem, problemNames } from "../ask/problems.ts";
import { specsOf } from "../ask/spec-text.ts";
import { checkTarget, writeFigure } from "../disk/figure-file.ts";
import { auditText, type Labelled, labelled, reasonsOf, sentenceOf } from "../print/audit.ts";
import { narrator, print, printJson } from "../print/console.ts";
import { stepBar } from "../print/step-bar.ts";

/** `audit [IDS]`: bias, variance and cost on a problem, against the exact gradient. */
export async function auditEstimators(ids: string | undefined, flags: Flags): Promise<void> {
  const samples = wholeNumberFlag("--samples", (flags.samples as string) ?? "10000", 100, 1_000_000);
  const warmup = wholeNumberFlag("--warmup", (flags.warmup as string) ?? "200", 0, 100_000);
  const seed = seedOf(flags);
  const text = ids ?? (flags.estimators as string | undefined);
  if (ids !== undefined && flags.estimators !== undefined)
    throw new UsageError("give the estimators once: as an argument, or by --estimators.");
  const specs = text === undefined ? catalogue.map((e) => e.id) : specsOf(text);
  if (specs.length === 0)
    throw new UsageError("the list of estimators is empty; name one, or leave it out for all.");
  const parsed = specs.map(parseEstimator);
  const out = flags.out as string | undefined;
  if (out) checkTarget(out, flags.force === true);
  if (flags.device === "native" || flags.device === "auto")
    throw new UsageError(
      `--device ${flags.device} is for training; use --device wasm or webgpu for an audit.`,
    );
  await useDevice((flags.device as string | undefined) ?? "wasm").catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const problem = partOf(await loadProblem((flags.problem as string | undefined) ?? "network"), flags);
  const estimators = parsed.map(makeEstimator);
  const narrate = narrator(flags.quiet === true || flags.json === true);
  const bar = await stepBar(flags.quiet === true);
  const report = await measure(problem.distribution(), problem.objective, estimators, {
    samples,
    seed,
    warmup,
    onProgress: bar.update,
  })
    .catch((error: Error) => {
      if (error instanceof Failure) throw error;
      const large = /states are more than/.test(error.message) ? " Here: --units 0-7." : "";
      throw new Failure(`${problem.name}: ${error.message}${large}`);
    })
    .finally(bar.stop);
  if (report.rows.length === 0)
    throw new Failure(`${problem.name}: no estimator could be measured: ${sentenceOf(report)}`);
  const rows = labelled(report, parsed);
  if (out) await writeReport(report, rows, problem.title, out);
  if (flags.json) {
    printJson({
      problem: problem.name,
      title: problem.title,
      device: flags.device ?? "wasm",
      ...report,
      rows,
    });
    return;
  }
  print(auditText(report, rows, problem.title));
  for (const { ids, reason } of reasonsOf(report)) narrate(`left out ${ids}: ${reason}`);
  if (out) narrate(`wrote ${out}`);
}

/** The ending of the file says the format: JSON, CSV, SVG or PNG. */
async function writeReport(
  report: AuditReport,
  rows: readonly Labelled[],
  title: string,
  out: string,
): Promise<void> {
  const { auditFigure } = await import("../figures/audit.ts");
  const table = rows.map((r) => ({
    estimator: r.label,
    declared: r.unbiased ? "unbiased" : "biased",
    verdict: r.verdict,
    z: r.z,
    relativeBias: r.relativeBias,
    relativeNoise: r.relativeNoise,
    relativeBound: r.relativeBound,
    samplesNeeded: r.samplesNeeded ?? "",
    variance: r.variance,
    mse: r.mse,
    cosine: r.cosine ?? "",
    descent: r.descent ?? "",
    evaluations: r.evaluations,
    descentPerEvaluation: r.descentPerEvaluation ?? "",
    microsecondsPerEstimate: r.microsecondsPerEstimate,
    lawDistance: r.law?.distance ?? "",
    ownLawBias: r.law?.relativeBias ?? "",
  }));
  await writeFigure({ svg: auditFigure(report, rows, title), rows: table as never }, out);
}

/** With `--units`: those alone, the others held at samples. */
function partOf(problem: Problem, flags: Flags): Problem {
  if (flags.units === undefined) {
    if (flags.held === undefined) return problem;
    throw new UsageError(
      "--held sets how many samples of the held units are averaged; give --units as well.",
    );
  }
  const held = wholeNumberFlag("--held", String(flags.held ?? "8"), 1, 4096);
  const units = String(flags.units).split(",").flatMap(unitsOf);
  try {
    const { distribution, objective } = holdUnits(
      problem.distribution(),
      problem.objective,
      units,
      random.key(seedOf(flags)),
      { held },
    );
    const title = `${problem.title}: units ${flags.units}, the others held at ${held} ${held === 1 ? "sample" : "samples"}`;
    return { ...problem, title, distribution: () => distribution, objective };
  } catch (error) {
    throw new UsageError(`--units ${flags.units}: ${(error as Error).message}`);
  }
}

/** A unit, or a range of them. */
function unitsOf(text: string): number[] {
  const [, from, to = from] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(text) ?? [];
  if (from === undefined || Number(to) < Number(from))
    throw new UsageError(
      `--units must list units and increasing ranges, such as 0-7,12, not ${JSON.stringify(text)}.`,
    );
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument(
      "[ids]",
      "estimators separated by commas, such as reinmax,rloo:samples=8 (default: all that apply)",
    )
    .option("--estimators <specs>", "the same as the argument")
    .option("--problem <name>", `${problemNames.join(", ")}, or a module file`, "network")
    .option("--units <list>", "audit only these units, such as 0-7,12; the others are held at samples")
    .option("--held <n>", "with --units: held samples to average over, 1 to 4096 (default: 8)")
    .option("--samples <n>", "estimates per estimator, 100 to 1000000", "10000")
    .option(
      "--warmup <n>",
      "steps that train baselines and control variates before the audit, 0 to 100000",
      "200",
    )
    .option("--seed <n>", "random seed", "0")
    .option("--device <name>", "wasm or webgpu; native is for training steps only", "wasm")
    .option("--out <file>", "also write a figure (.svg, .png) or the table (.csv)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print everything as JSON")
    .option("--quiet", "print results only")
    .addHelpText(
      "after",
      `
A problem file is a JavaScript module (TypeScript from Node 22.18 on), for example problem.mjs:

  export default {
    distribution: "bernoulli",          // or categorical, subset (k), plackett-luce (k), poisson, binomial (trials)
    logits: [0.4, -1.3, 2],             // categorical: one list per variable
    objective: (b, { np }) => np.square(np.sum(b, -1).sub(1.5)),  // [..., units] -> [...]
  };`,
    )
    .action((ids, flags) => auditEstimators(ids, flags));
}
