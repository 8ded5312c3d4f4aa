import {
  type Backend,
  type Checkpoint,
  checkRun,
  drawnDigits,
  type Experiment,
  type MetricRow,
  resolveSettings,
  startRun,
} from "@hardgrad/experiments";
import { audit, exact, exactGradient, reinforceLeaveOneOut } from "hardgrad";
import type { Problem } from "./problems.ts";

interface Checked {
  readonly claim: string;
  readonly holds: boolean;
  readonly message: string;
}

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
    const q = problem.distribution();
    const estimators = [exact(), reinforceLeaveOneOut()].filter((e) =>
      (e.supports as readonly string[]).includes(q.kind),
    );
    const { rows, skipped } = await audit(q, problem.objective, estimators, { samples });
    q.logits.dispose();
    const biased = rows.find((row) => row.verdict === "biased");
    if (biased)
      throw new Error(
        `${biased.id} is unbiased, but its mean is ${biased.z.toFixed(1)} standard errors from the exact gradient: the objective is not a function of the sample alone.`,
      );
    if (rows.length === 0) throw new Error(skipped.map((s) => s.reason).join("; "));
    return "the same compiled by jit, and unbiased estimators agree with the exact gradient.";
  });
  tell("done", 2, 2);
  return [states, compiled];
}

/** Of an experiment: it trains, the same seed gives the same bits, and so does a run that went on from a checkpoint. */
export async function checkExperiment(
  experiment: Experiment,
  backend: Backend,
  tell: Tell,
): Promise<Checked[]> {
  const dataset = drawnDigits({ seed: 0, train: 600, test: 100 });
  const defaults = resolveSettings(experiment.options, {}, dataset);
  const id = experiment.estimator?.(defaults) ?? "straight-through";
  const suited = experiment.recommended(id, "drawn", defaults);
  const config = {
    experiment: experiment.name,
    estimator: { id, options: suited.options },
    data: "drawn",
    drawn: { train: 600, test: 100 },
    seed: 0,
    settings: resolveSettings(
      experiment.options,
      { ...suited.settings, ...("epochs" in experiment.options ? { epochs: 2 } : {}) },
      dataset,
    ),
  };
  const train = async (
    from?: Checkpoint,
  ): Promise<{ rows: MetricRow[]; middle: Checkpoint; end: Checkpoint }> => {
    const run = await startRun(experiment, config, dataset, backend, from);
    try {
      const rows = [...(await run.advance())];
      const middle = await run.checkpoint();
      while (run.step < run.totalSteps) rows.push(...(await run.advance()));
      await run.pictures(4);
      return { rows, middle, end: await run.checkpoint() };
    } finally {
      run.dispose();
    }
  };
  const text = ({ tensors, step }: Checkpoint): string =>
    JSON.stringify([step, Object.entries(tensors).map(([name, t]) => [name, t.shape, [...t.data]])]);
  tell("trains", 0, 3);
  let first: Awaited<ReturnType<typeof train>> | undefined;
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
  const compare = async (from: Checkpoint | undefined, why: string): Promise<string> => {
    const again = await train(from);
    if (text(again.end) !== text(end)) throw new Error(why);
    return "the same bits.";
  };
  tell("the same seed", 1, 3);
  const same = await holds("same seed", () =>
    compare(
      undefined,
      "two runs with the same seed end at different parameters; take randomness from the key alone.",
    ),
  );
  tell("a checkpoint", 2, 3);
  const resumes = await holds("resumes", () =>
    compare(
      middle,
      "a run that goes on from its checkpoint ends elsewhere; keep nothing between steps but parameters.",
    ),
  );
  tell("done", 3, 3);
  return [trains, same, resumes];
}
