import { type AuditRow, audit, exact, exactGradient, reinforceLeaveOneOut } from "hardgrad";
import type { Problem } from "../ask/problems.ts";
import { type Checked, holds, type Tell } from "./claim.ts";

/** The most that an audit draws. */
const MOST_SAMPLES = 1_000_000;

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
