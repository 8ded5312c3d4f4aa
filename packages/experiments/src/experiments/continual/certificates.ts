import { type Certificate, type CertificateReport, certify, checkCertificate, type Evidence } from "hardgrad";
import type { RunRecord } from "../../contract/run.ts";
import type { Learner } from "./learner.ts";
import type { Scorer } from "./scores.ts";
import { imagesOf, type Task } from "./tasks.ts";

/** A certificate and what computed the class scores. */
export interface Issued {
  readonly computer: string;
  readonly certificate: Certificate;
}

/** Test images per task whose class scores are certified. */
const PROBE = 1000;

async function evidenceOf(learner: Learner, scorer: Scorer, task: Task, computer: string): Promise<Evidence> {
  const network = await learner.network(task);
  const inputs = imagesOf(task, learner.tasks.dataset.test, task.test.subarray(0, PROBE));
  return {
    weights: Object.fromEntries(Object.entries(network).map(([name, values]) => [name, { values }])),
    inputs,
    // Sums of another device or BLAS round otherwise.
    ...(computer === scorer.computer ? { outputs: await scorer.scores(network, inputs) } : {}),
  };
}

/** Certifies a task that was just finished. */
export async function issue(learner: Learner, scorer: Scorer, task: Task): Promise<Issued> {
  const { computer } = scorer;
  const evidence = await evidenceOf(learner, scorer, task, computer);
  return { computer, certificate: await certify(`task ${task.index + 1} (${task.name})`, evidence) };
}

/** Checks every certificate against the learner as it is now. */
export async function checkAll(
  learner: Learner,
  scorer: Scorer,
  issued: readonly Issued[],
): Promise<CertificateReport[]> {
  const reports: CertificateReport[] = [];
  for (const [index, { computer, certificate }] of issued.entries()) {
    const evidence = await evidenceOf(learner, scorer, learner.tasks.list[index]!, computer);
    reports.push(await checkCertificate(certificate, evidence));
  }
  return reports;
}

/** Where a certificate is kept in a run's record. */
export const certificateName = (learner: string, task: number): string => `certificate/${learner}/${task}`;

/** The certificates of a learner in the order of its tasks. */
export function issuedIn({ texts = {} }: RunRecord, learner: string): Issued[] {
  const issued: Issued[] = [];
  for (let task = 1; certificateName(learner, task) in texts; task++)
    issued.push(JSON.parse(texts[certificateName(learner, task)]!) as Issued);
  return issued;
}
