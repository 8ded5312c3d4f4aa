import type { CertificateReport } from "hardgrad";
import type { Backend } from "../../contract/backend.ts";
import type { Dataset } from "../../contract/dataset.ts";
import type { Checkpoint } from "../../contract/run.ts";
import { checkAll, issuedIn } from "./certificates.ts";
import { learnerAt, learnersOf, meansOf } from "./learner-turns.ts";
import type { ContinualSettings } from "./options.ts";
import { scorerOf } from "./scores.ts";

/**
 * Checks the certificate of every finished task against the weights of a checkpoint. Class scores are compared
 * by what gave them; on another device, or with another BLAS, only the weights are.
 *
 * @param checkpoint of a run of continual; at its end the learner is the method itself.
 */
export async function verifyContinual(
  checkpoint: Checkpoint<ContinualSettings>,
  dataset: Dataset,
  backend: Backend,
): Promise<readonly CertificateReport[]> {
  const learners = learnersOf(checkpoint.config, dataset);
  const learner = await learnerAt(learners, meansOf(checkpoint, dataset, backend), checkpoint);
  const scorer = scorerOf(backend, learner.sizes.layers.length);
  const { name } = learners.cast[learners.indexAt(checkpoint.step)]!;
  const reports = await checkAll(learner, scorer, issuedIn(checkpoint.record, name));
  learner.dispose();
  return reports;
}
