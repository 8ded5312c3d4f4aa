import type { Backend, HostArrays } from "../../contract/backend.ts";
import type { Dataset } from "../../contract/dataset.ts";
import type { Checkpoint, MetricRow, Run, RunConfig, RunRecord, Tensor } from "../../contract/run.ts";
import { emptyRecord } from "../../engine/record.ts";
import { stopwatch } from "../../engine/stopwatch.ts";
import { costOf, lackOfRoom } from "./capacity.ts";
import { certificateName, checkAll, issue, issuedIn } from "./certificates.ts";
import { learnerOf } from "./learner.ts";
import { learnerAt, planRun } from "./learners.ts";
import { featurePictures } from "./pictures.ts";
import { conclusion, curvePoint, matrixOf, taskEnd, type Values } from "./report.ts";
import { judgeOf } from "./scores.ts";
import { timePerImage } from "./timing.ts";

const REPORT_EVERY = 100;

/**
 * Starts a run of tasks, or goes on from a checkpoint to the same bits as if it had not stopped. A checkpoint whose
 * certificates do not hold is refused.
 *
 * @throws RangeError for settings that do not fit the data, and for a checkpoint of another run or with a changed weight.
 */
export async function startContinual(
  config: RunConfig,
  dataset: Dataset,
  backend: Backend,
  checkpoint?: Checkpoint,
): Promise<Run> {
  if (checkpoint && JSON.stringify(checkpoint.config) !== JSON.stringify(config))
    throw new RangeError(
      "the checkpoint is of another run: its configuration differs; resume with the settings it was made with.",
    );
  const plan = planRun(config, dataset);
  const { cast, starts, totalSteps } = plan;
  const watch = stopwatch();
  let index = plan.indexAt(checkpoint?.step ?? 0);
  let learner = await learnerAt(plan, dataset, backend, checkpoint);
  let record: RunRecord = checkpoint?.record ?? emptyRecord;
  let judge = judgeOf(backend, learner.sizes.layers.length);
  /** Measured, and so not part of what a checkpoint says. */
  let times: Values = {};
  await refuseChanged();

  async function refuseChanged(): Promise<void> {
    const { settings } = cast[index]!.config;
    if (!learner.method.exact || settings.protection !== "exact") return;
    const reports = await checkAll(learner, judge, issuedIn(record, cast[index]!.name));
    const broken = reports.filter((r) => !r.holds).map((r) => r.sentence);
    if (broken.length > 0)
      throw new RangeError(
        `${broken.join(" ")} The checkpoint was altered after it was written; use an older copy.`,
      );
  }
  const step = (): number => starts[index]! + learner.step;

  async function evaluate(): Promise<Values> {
    const { name } = cast[index]!;
    const known = learner.finished;
    const values = await taskEnd(learner, judge, known);
    const certificate = await issue(learner, judge, learner.tasks.list[known - 1]!);
    record = {
      ...record,
      texts: { ...record.texts, [certificateName(name, known)]: JSON.stringify(certificate) },
    };
    const reports = await checkAll(learner, judge, issuedIn(record, cast[index]!.name));
    values["certificates/held"] = reports.filter((r) => r.holds).length;
    values["certificates/issued"] = reports.length;
    return values;
  }

  return {
    config,
    totalSteps,
    get step() {
      return step();
    },
    async advance(): Promise<readonly MetricRow[]> {
      if (step() >= totalSteps) return [];
      if (learner.step >= learner.totalSteps) {
        learner.dispose();
        index++;
        learner = await learnerOf(cast[index]!.config, dataset, backend);
        judge = judgeOf(backend, learner.sizes.layers.length);
      }
      const { prefix, name } = cast[index]!;
      const { stretch, step: from } = learner;
      const note = `note/${name}/${stretch.task.index + 1}`;
      if (from === stretch.taskStart) {
        const lack = await lackOfRoom(learner);
        if (lack) record = { ...record, texts: { ...record.texts, [note]: lack } };
      }
      const passes = (from - stretch.taskStart) / stretch.stepsPerEpoch;
      const epochEnd = stretch.taskStart + (Math.floor(passes) + 1) * stretch.stepsPerEpoch;
      const end = Math.min(stretch.end, epochEnd, (Math.floor(from / REPORT_EVERY) + 1) * REPORT_EVERY);
      watch.start();
      const loss = await learner.trainTo(end, watch.inside);
      watch.stop(end - from);
      if (!Number.isFinite(loss))
        throw new RangeError(
          `continual: the loss became ${loss} in ${stretch.task.name} by step ${step()}; use a lower --learning-rate.`,
        );
      let values: Values = { "loss/train": loss };
      if (end === stretch.end && stretch.last) Object.assign(values, await evaluate());
      else if (end === epochEnd)
        Object.assign(values, await curvePoint(learner, judge, stretch.task.index + 1));
      values = prefixed(values, prefix);
      const matrix = matrixOf({ ...record.last, ...values }, prefix, learner.tasks.list.length);
      const lack = record.texts?.[note];
      if (lack && end === stretch.taskEnd)
        record = {
          ...record,
          texts: { ...record.texts, [note]: costOf(lack, matrix, stretch.task.index) },
        };
      if (learner.step === learner.totalSteps) {
        Object.assign(values, prefixed(await conclusion(learner, judge, matrix), prefix));
        if (learner.method.exact && prefix === "") times = await timePerImage(learner, judge);
      }
      record = { ...record, last: { ...record.last, ...values } };
      return [{ step: step(), epoch: learner.progress, values: { ...values, ...times } }];
    },
    checkpoint: async () => ({ config, step: step(), tensors: tensorsOf(await learner.save()), record }),
    summary: () => ({
      headline: "accuracy/average",
      metrics: { ...record.last, ...times },
      bests: record.best,
      notes: notesOf(record),
      ...watch.summary(),
      steps: step(),
    }),
    pictures: () => featurePictures(learner),
    dispose: () => learner.dispose(),
  };
}

/** Sentences about tasks that did not fit. */
function notesOf({ texts = {} }: RunRecord): string[] {
  return Object.entries(texts)
    .filter(([name]) => name.startsWith("note/"))
    .map(([, text]) => text);
}

function prefixed(values: Values, prefix: string): Values {
  return Object.fromEntries(Object.entries(values).map(([tag, value]) => [`${prefix}${tag}`, value]));
}

function tensorsOf(arrays: HostArrays): { [name: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}
