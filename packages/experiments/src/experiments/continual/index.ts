import { numpy as np } from "@jax-js/jax";
import { bernoulli, type Estimator, findEstimator } from "hardgrad";
import { type DataForm, type Dataset, exampleSize } from "../../contract/dataset.ts";
import type { Card, CourseExperiment, Metric } from "../../contract/experiment.ts";
import { readSizes } from "../../contract/options.ts";
import { refuseUnlabelled } from "../../nn/classify.ts";
import { hardPath } from "../../nn/hard-path.ts";
import { taskCourse } from "./course.ts";
import { learnersOf } from "./learner-turns.ts";
import { methods } from "./methods/index.ts";
import { type ContinualSettings, options } from "./options.ts";
import { taskModels } from "./task-models.ts";
import { checkTasks } from "./tasks.ts";
import { verifyContinual } from "./verify.ts";

/** More evaluations of the network per step than this are refused: it would never end. */
const MOST_EVALUATIONS = 64;

const headline: Metric = {
  tag: "accuracy/average",
  title: "average accuracy",
  unit: "percent",
  better: "higher",
  note: "Average accuracy: over all tasks, on the test images, after the last task.",
};

const percent = (
  tag: string,
  title: string,
  note: string,
  better: "higher" | "lower" = "higher",
): Metric => ({
  tag,
  title,
  unit: "percent",
  better,
  note,
});

const metrics: readonly Metric[] = [
  percent(
    "transfer/backward",
    "backward transfer",
    "Backward transfer: mean change of a task's accuracy since it was finished; below 0 is forgetting.",
  ),
  {
    tag: "certificates/held",
    title: "certificates that hold",
    unit: "none",
    better: "higher",
    note: "Certificates: tasks of which not one bit of weights or class scores has changed since they were finished.",
  },
  percent(
    "capacity/used",
    "capacity used",
    "Capacity: share of the hidden weights that are closed for good.",
    "lower",
  ),
  percent("accuracy/validation", "validation accuracy", "Validation: training images that were kept apart."),
  percent(
    "accuracy/inferred-task",
    "tasks inferred",
    "Tasks inferred: share of images whose task was found.",
  ),
  percent(
    "finetune/accuracy/average",
    "finetune: average accuracy",
    "Finetune: the same budget without protection.",
  ),
  percent(
    "naive/accuracy/average",
    "naive: average accuracy",
    "Naive: the same gates, only the gradient closed.",
  ),
];

/** Classes that are told apart one group after another, without going back. */
export const continual: CourseExperiment<typeof options> = {
  name: "continual",
  title: "Continual learning: tasks one after another, gates against forgetting",
  about:
    "A network learns tasks one after another and must not forget. Gates choose the units of a task, and what a finished task uses is closed to the bit. The estimators differ in the gradient of the gates.",
  options,
  headline,
  metrics,
  recommended: (id) => {
    const estimator = findEstimator(id)?.create();
    return { settings: estimator && !hardPath(estimator) ? { gates: "sampled" } : {}, options: {} };
  },
  compared: [
    "straight-through",
    "straight-through-sigmoid",
    "reinmax",
    "gumbel-softmax",
    "hard-concrete",
    "rloo",
    "disarm",
    "reinforce-moving-average",
  ],
  check,
  card,
  checkData: (config, dataset) => void learnersOf(config, dataset),
  course: taskCourse,
  charts: ["tasks"],
  tasks: { models: taskModels, verify: verifyContinual },
};

function check(estimator: Estimator, settings: ContinualSettings, dataset: Dataset): void {
  const method = settings.method;
  const { scenarios } = methods[method];
  refuseUnlabelled("continual", dataset);
  checkTasks(settings, dataset.classes.length);
  if (!scenarios.includes(settings.scenario))
    throw new RangeError(
      `continual: ${method} needs to be told the task; use --scenario ${scenarios.join(" or ")}, not ${settings.scenario}.`,
    );
  if (readSizes(settings.layers)!.length === 0)
    throw new RangeError("continual: --layers none leaves nothing to gate; use at least one hidden layer.");
  if (method !== "hat" || settings.gates === "annealed") return;
  if (!estimator.supports.includes("bernoulli"))
    throw new RangeError(
      `continual: ${estimator.id} does not support Bernoulli gates; see \`hardgrad list\`.`,
    );
  if (settings.gates === "hard" && !hardPath(estimator))
    throw new RangeError(
      `continual: ${estimator.id} has no gradient for deterministic gates; use --gates sampled, or --estimator straight-through.`,
    );
  const logits = np.zeros([1, readSizes(settings.layers)!.reduce((a, b) => a + b)]);
  const evaluations = estimator.evaluations(bernoulli(logits));
  logits.dispose();
  if (evaluations > MOST_EVALUATIONS)
    throw new RangeError(
      `continual: ${estimator.id} evaluates the network ${evaluations} times per step for these layers; use an estimator with at most ${MOST_EVALUATIONS} evaluations, such as rloo.`,
    );
}

function card(settings: ContinualSettings, { shape }: DataForm): Card {
  return {
    description: `A ${exampleSize(shape)} - ${settings.layers.replaceAll("-", " - ")} network with rectified units that learned ${settings.benchmark === "split" ? "groups of classes" : "permutations of the pixels"} one after another by ${settings.method}.`,
    use: `\`checkpoint.safetensors\` holds \`params.w1 [${exampleSize(shape)}, units]\`, \`params.b1\`, ... and \`params.head\`, \`params.headBias\` (pixels are \`(grey/255 - 0.1307) / 0.3081\`), and of finished tasks \`memory.gate1 [tasks, units]\` (units of each task) or \`memory.users.w1\` (bit t of a number is set if task t reads the weight). The metadata's \`record\` has a certificate for every task: SHA-256 of the weights that it reads and of its class scores.`,
    task: "image-classification",
    tags: ["continual-learning", "hard-gates"],
  };
}
