import {
  type Backend,
  type Checkpoint,
  checkRun,
  type Dataset,
  drawnDigits,
  type Experiment,
  type MetricRow,
  type Run,
  type RunConfig,
  resolveSettings,
  startRun,
} from "@hardgrad/experiments";
import { type AuditRow, audit, exact, exactGradient, reinforceLeaveOneOut } from "hardgrad";
import type { Problem } from "./problems.ts";

/** One claim, and whether it holds. */
export interface Checked {
  readonly claim: string;
  readonly holds: boolean;
  readonly message: string;
  /** What it was checked with; absent where that does not matter. */
  readonly where?: string;
}

/** The most that an audit draws. */
const MOST_SAMPLES = 1_000_000;

type Tell = (what: string, done: number, total: number) => void;

/** A claim that holds if the work does not fail; its error is what is wrong. */
async function holds(claim: string, work: () => Promise<string>): Promise<Checked> {
  try {
    return { claim, holds: true, message: await work() };
  } catch (error) {
    return { claim, holds: false, message: (error as Error).message };
  }
}

/** Of a problem: one finite loss per example at every state; the same compiled; gradients that agree with enumeration. */
export async function checkProblem(problem: Problem, samples: number, tell: Tell): Promise<Checked[]> {
  tell("every state", 0, 2);
  const states = await holds("losses", async () => {
    const q = problem.distribution();
    const { states, mean } = await exactGradient(q, problem.objective);
    q.logits.dispose();
    return `one finite loss at each of ${states} states, with mean ${mean}.`;
  });
  if (!states.holds) return [states];
  tell("compiled", 1, 2);
  const compiled = await holds("compiled", async () => {
    const biased = await biasedTwice(async (seed, times) => {
      const q = problem.distribution();
      const estimators = [exact(), reinforceLeaveOneOut()].filter((e) =>
        (e.supports as readonly string[]).includes(q.kind),
      );
      const options = { samples: Math.min(times * samples, MOST_SAMPLES), seed };
      const { rows, skipped } = await audit(q, problem.objective, estimators, options);
      q.logits.dispose();
      if (rows.length === 0) throw new Error(skipped.map((s) => s.reason).join("; "));
      return rows;
    });
    if (biased)
      throw new Error(
        `${biased.id} is unbiased, but its mean is ${biased.z.toFixed(1)} standard errors from the exact gradient: the objective is not a function of the sample alone.`,
      );
    return "the same compiled by jit, and unbiased estimators agree with the exact gradient.";
  });
  tell("done", 2, 2);
  return [states, compiled];
}

/**
 * An estimator that one audit calls biased and another one, of four times as many samples, too, on the same side. By chance
 * one does so 7 times in a million logits, and both practically never.
 */
export async function biasedTwice(
  auditOf: (seed: number, times: number) => Promise<readonly AuditRow[]>,
): Promise<AuditRow | undefined> {
  const suspects = (await auditOf(0, 1)).filter((row) => row.verdict === "biased");
  if (suspects.length === 0) return undefined;
  const along = (a: AuditRow, b: AuditRow): number => a.bias.reduce((sum, v, i) => sum + v * b.bias[i]!, 0);
  return (await auditOf(1, 4)).find(
    (row) =>
      row.verdict === "biased" && suspects.some((first) => first.id === row.id && along(first, row) > 0),
  );
}

/** A small run of an experiment, on drawn digits: two epochs, where it has epochs. */
function smallRun(experiment: Experiment): { readonly config: RunConfig; readonly dataset: Dataset } {
  const drawn = { train: 600, test: 100 };
  const dataset = drawnDigits({ seed: 0, ...drawn });
  const defaults = resolveSettings(experiment.options, {}, dataset);
  const id = experiment.estimator?.(defaults) ?? "straight-through";
  const suited = experiment.recommended(id, "drawn", defaults);
  const epochs = "epochs" in experiment.options ? { epochs: 2 } : {};
  const config = {
    experiment: experiment.name,
    estimator: { id, options: suited.options },
    data: "drawn",
    drawn,
    seed: 0,
    settings: resolveSettings(experiment.options, { ...suited.settings, ...epochs }, dataset),
  };
  return { config, dataset };
}

/** What a run measured, and its parameters after the first report and at the end. */
interface Trained {
  readonly rows: readonly MetricRow[];
  readonly middle: Checkpoint;
  readonly end: Checkpoint;
}

/** From the start or from a checkpoint to the end. */
async function trained(run: Run): Promise<Trained> {
  try {
    const rows = [...(await run.advance())];
    const middle = await run.checkpoint();
    while (run.step < run.totalSteps) rows.push(...(await run.advance()));
    await run.pictures(4);
    return { rows, middle, end: await run.checkpoint() };
  } finally {
    run.dispose();
  }
}

/** Of an experiment: it trains, the same seed gives the same bits, and so does a run that went on from a checkpoint. */
export async function checkExperiment(
  experiment: Experiment,
  backend: Backend,
  tell: Tell,
): Promise<Checked[]> {
  const { config, dataset } = smallRun(experiment);
  const train = async (from?: Checkpoint): Promise<Trained> =>
    trained(await startRun(experiment, config, dataset, backend, from));
  tell("trains", 0, 3);
  let first: Trained | undefined;
  const trains = await holds("trains", async () => {
    checkRun(experiment, config, dataset);
    first = await train();
    const { tag } = experiment.headline;
    const value = first.rows.map((row) => row.values[tag]).findLast((v) => v !== undefined);
    if (value === undefined || !Number.isFinite(value))
      throw new Error(
        `its headline ${tag} must be a number after an epoch, but is ${value}; look at evaluate.`,
      );
    return `2 epochs on 600 drawn digits: ${tag} ${value}.`;
  });
  if (!trains.holds || !first) return [trains];
  const { end, middle } = first;
  const bits = ({ tensors, step }: Checkpoint): string =>
    JSON.stringify([step, Object.entries(tensors).map(([name, t]) => [name, t.shape, [...t.data]])]);
  const endsAlike = async (from: Checkpoint | undefined, otherwise: string): Promise<string> => {
    const again = await train(from);
    if (bits(again.end) !== bits(end)) throw new Error(otherwise);
    return "the same bits.";
  };
  tell("the same seed", 1, 3);
  const same = await holds("same seed", () =>
    endsAlike(
      undefined,
      "two runs with the same seed end at different parameters; take randomness from the key alone.",
    ),
  );
  tell("a checkpoint", 2, 3);
  const resumes = await holds("resumes", () =>
    endsAlike(
      middle,
      "a run that goes on from its checkpoint ends elsewhere; keep nothing between steps but parameters.",
    ),
  );
  tell("done", 3, 3);
  return [trains, same, resumes];
}
