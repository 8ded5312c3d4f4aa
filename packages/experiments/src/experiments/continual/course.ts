import type { Course, RunRecord, RunSetup } from "../../contract/run.ts";
import { tensorsOf } from "../../engine/checkpoint.ts";
import { emptyRecord } from "../../engine/record.ts";
import { costOf, lackOfRoom } from "./capacity.ts";
import { certificateName, checkAll, issue, issuedIn } from "./certificates.ts";
import { learnerOf } from "./learner.ts";
import { learnerAt, learnersOf } from "./learner-turns.ts";
import type { ContinualSettings } from "./options.ts";
import { featurePictures } from "./pictures.ts";
import { conclusion, curvePoint, matrixOf, taskEnd, type Values } from "./report.ts";
import { scorerOf } from "./scores.ts";
import type { Task } from "./tasks.ts";
import { timePerImage } from "./timing.ts";

/**
 * The course of a run of tasks. A checkpoint whose certificates do not hold is refused.
 *
 * @throws RangeError for settings that do not fit the data, and for a checkpoint with a changed weight.
 */
export async function taskCourse({
  config,
  estimator,
  dataset,
  backend,
  checkpoint,
}: RunSetup<ContinualSettings>): Promise<Course> {
  const learners = learnersOf(config, dataset);
  const { cast, starts, totalSteps } = learners;
  let index = learners.indexAt(checkpoint?.step ?? 0);
  let learner = await learnerAt(learners, { estimator, dataset, backend }, checkpoint);
  let record: RunRecord = checkpoint?.record ?? emptyRecord;
  let scorer = scorerOf(backend, learner.sizes.layers.length);
  let times: Values = {};
  await refuseChanged();

  async function refuseChanged(): Promise<void> {
    const { settings } = cast[index]!.config;
    if (!learner.method.exact || settings.protection !== "exact") return;
    const reports = await checkAll(learner, scorer, issuedIn(record, cast[index]!.name));
    const broken = reports.filter((r) => !r.holds).map((r) => r.sentence);
    if (broken.length > 0)
      throw new RangeError(
        `${broken.join(" ")} The checkpoint was altered after it was written; use an older copy.`,
      );
  }
  const step = (): number => starts[index]! + learner.step;
  const note = (task: Task): string => `note/${cast[index]!.name}/${task.index + 1}`;
  const keep = (name: string, text: string): void => {
    record = { ...record, texts: { ...record.texts, [name]: text } };
  };

  async function evaluate(): Promise<Values> {
    const { name } = cast[index]!;
    const known = learner.finished;
    const values = await taskEnd(learner, scorer, known);
    const certificate = await issue(learner, scorer, learner.tasks.list[known - 1]!);
    keep(certificateName(name, known), JSON.stringify(certificate));
    const reports = await checkAll(learner, scorer, issuedIn(record, cast[index]!.name));
    values["certificates/held"] = reports.filter((r) => r.holds).length;
    values["certificates/issued"] = reports.length;
    return values;
  }

  /** The stretch that is trained now, and where its epoch ends. */
  let now = { stretch: learner.stretch, epochEnd: 0 };

  return {
    totalSteps,
    get step() {
      return step();
    },
    get record() {
      return record;
    },
    get times() {
      return times;
    },
    get notes() {
      return notesOf(record);
    },
    async next() {
      if (learner.step >= learner.totalSteps) {
        learner.dispose();
        index++;
        learner = await learnerOf(cast[index]!.config, { estimator, dataset, backend });
        scorer = scorerOf(backend, learner.sizes.layers.length);
      }
      const { stretch, step: from } = learner;
      if (from === stretch.taskStart) {
        const lack = await lackOfRoom(learner);
        if (lack) keep(note(stretch.task), lack);
      }
      const passes = Math.floor((from - stretch.taskStart) / stretch.stepsPerEpoch);
      now = { stretch, epochEnd: stretch.taskStart + (passes + 1) * stretch.stepsPerEpoch };
      return { from, end: Math.min(stretch.end, now.epochEnd) };
    },
    train: (end, inside) => learner.trainTo(end, inside),
    async measure(total, steps) {
      const { stretch, epochEnd } = now;
      const { prefix } = cast[index]!;
      const end = learner.step;
      let values: Values = { "loss/train": total / steps };
      if (end === stretch.end && stretch.last) Object.assign(values, await evaluate());
      else if (end === epochEnd)
        Object.assign(values, await curvePoint(learner, scorer, stretch.task.index + 1));
      values = prefixed(values, prefix);
      const matrix = matrixOf({ ...record.last, ...values }, prefix, learner.tasks.list.length);
      const lack = record.texts?.[note(stretch.task)];
      if (lack && end === stretch.taskEnd) keep(note(stretch.task), costOf(lack, matrix, stretch.task.index));
      if (end === learner.totalSteps) {
        Object.assign(values, prefixed(await conclusion(learner, scorer, matrix), prefix));
        if (learner.method.exact && prefix === "") times = await timePerImage(learner, scorer);
      }
      record = { ...record, last: { ...record.last, ...values } };
      return { step: step(), epoch: learner.progress, values: { ...values, ...times } };
    },
    save: async () => tensorsOf(await learner.save()),
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
