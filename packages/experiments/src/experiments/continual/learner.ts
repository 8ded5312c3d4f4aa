import { type Estimator, hatSlope } from "hardgrad";
import type { Backend, HostArrays } from "../../contract/backend.ts";
import type { Dataset } from "../../contract/dataset.ts";
import { readSizes } from "../../contract/options.ts";
import type { Inside, RunConfig, RunSetup } from "../../contract/run.ts";
import { fromHost, named, scalar, toHost } from "../../engine/arrays.ts";
import { restore } from "../../engine/checkpoint.ts";
import { keyOf, PURPOSE } from "../../engine/keys.ts";
import { type Steps, trainSteps } from "../../engine/steps.ts";
import { fisherOf } from "./fisher.ts";
import { share } from "./host.ts";
import type { Boundary, Change, Method, Snapshot } from "./method.ts";
import { methods } from "./methods/index.ts";
import type { Sizes, TaskNetwork } from "./network.ts";
import type { ContinualSettings } from "./options.ts";
import { continualStep, updateRuleOf } from "./step.ts";
import { exampleFeed, type Stretch, stretchesOf } from "./stretches.ts";
import { batchOf, type Task, type TaskBatch, type Tasks, tasksOf } from "./tasks.ts";

/** One network that learns the tasks one after another by one method. */
export interface Learner {
  readonly method: Method;
  /** Whether it sees all tasks at once. */
  readonly joint: boolean;
  readonly tasks: Tasks;
  readonly sizes: Sizes;
  readonly totalSteps: number;
  readonly step: number;
  /** The stretch of the next step, or the last one. */
  readonly stretch: Stretch;
  /** How many tasks are finished. */
  readonly finished: number;
  /** The same, with the part of the task at hand that is done. */
  readonly progress: number;
  /**
   * Trains to a step, which must not lie beyond the stretch; the sum of the losses. Crosses the boundary at its end.
   *
   * @param inside is given what the backend does, to time it.
   */
  trainTo(end: number, inside: Inside): Promise<number>;
  /** The network that answers for a task which has begun. */
  network(task: Task): Promise<TaskNetwork>;
  /** Share of each hidden layer's weights that may still change; empty for methods that close none. */
  room(): Promise<readonly number[]>;
  /** Everything, by name. */
  save(): Promise<HostArrays>;
  dispose(): void;
}

/** What learners learn with. The estimator is that of sampled and hard gates. */
export type Means = Pick<RunSetup<ContinualSettings>, "estimator" | "dataset" | "backend">;

const PURPOSE_BOUNDARY = 5;

/**
 * A learner at its beginning, or where it was saved.
 *
 * @param config its settings say which method.
 */
export async function learnerOf(
  config: RunConfig<ContinualSettings>,
  { estimator, dataset, backend }: Means,
  saved?: { readonly arrays: HostArrays; readonly step: number },
): Promise<Learner> {
  const { settings, seed } = config;
  const method = methods[settings.method];
  const tasks = tasksOf(settings, dataset, method.heads);
  const sizes: Sizes = {
    inputs: dataset.train.size,
    layers: readSizes(settings.layers)!,
    outputs: tasks.outputs,
  };
  const stretches = stretchesOf(tasks, method.phases, settings);
  const feed = exampleFeed(tasks, settings, seed);
  const { state: fresh } = await initial(config, estimator, method, sizes, tasks.list.length);
  const stored = saved ? restore(saved.arrays, fresh) : fresh;
  let memory: HostArrays = saved ? only(saved.arrays, (name) => name.startsWith("memory.")) : {};
  const resident = backend.put(stored);
  // A step is compiled for one shape of batch, and rehearsal has two.
  const programs = new Map<number, { step: ReturnType<Backend["update"]>; batch?: TaskBatch }>();
  const programFor = (count: number): { step: ReturnType<Backend["update"]>; batch?: TaskBatch } => {
    if (!programs.has(count))
      programs.set(count, { step: backend.update(continualStep(method, settings, estimator)) });
    return programs.get(count)!;
  };
  let step = saved?.step ?? 0;

  const stretchAt = (at: number): Stretch => stretches.find((s) => at < s.end) ?? stretches.at(-1)!;
  const snapshot = async (): Promise<Snapshot> => {
    const names = Object.keys(fresh).filter((name) => /^(params|open|method)\./.test(name));
    return { state: await resident.read(names), memory };
  };
  /** Networks of the current step: between two steps nothing changes. */
  let asked: { step: number; at: Snapshot; networks: Map<Task, TaskNetwork> } | undefined;
  const apply = (change: Change): void => {
    if (change.state) resident.write(change.state);
    memory = { ...memory, ...change.memory };
  };
  const boundary = (task: Task): Boundary => ({
    task,
    tasks: tasks.list.length,
    sizes,
    settings,
    key: (number) => fromHost(keyOf(seed, PURPOSE_BOUNDARY, task.index * 64 + number)),
    fisher: () => fisherOf(backend, resident, tasks, task, sizes, settings),
  });
  /** Gates and scores that were drawn anew have no moments yet. */
  const forget = (change: Change): void => {
    const redrawn = Object.keys(change.state ?? {})
      .filter((name) => name.startsWith("params.") && method.gated(name.slice("params.".length)))
      .map((name) => `optimizer.${name.slice("params.".length)}`);
    resident.write(only(fresh, (name) => redrawn.some((r) => name === r || name.startsWith(`${r}.`))));
  };

  const joint = settings.method === "joint";
  return {
    method,
    joint,
    tasks,
    sizes,
    totalSteps: stretches.at(-1)!.end,
    get step() {
      return step;
    },
    get stretch() {
      return stretchAt(step);
    },
    get finished() {
      return stretches.filter((s) => s.last && s.end <= step).length;
    },
    get progress() {
      const { task, taskStart, taskEnd } = stretchAt(step);
      return Math.min(task.index + (step - taskStart) / (taskEnd - taskStart), tasks.list.length);
    },
    async trainTo(end, inside) {
      const stretch = stretchAt(step);
      if (step === stretch.start) {
        const change = await method.begin(await snapshot(), stretch.phase, boundary(stretch.task));
        apply(change);
        forget(change);
      }
      const inputs = (at: number): HostArrays => {
        const examples = feed.at(stretch, at);
        const program = programFor(examples.length);
        const seen = joint ? tasks.list.length : stretch.task.index + 1;
        program.batch = batchOf(tasks, examples, seen, program.batch);
        return {
          ...program.batch,
          key: keyOf(seed, PURPOSE.step, at),
          ...schedules(config, stretch, at),
        };
      };
      const train: Steps["step"] = (arrays, given) => programFor(given.images!.shape[0]!).step(arrays, given);
      const total = await trainSteps({ resident, step: train, inputs }, step, end, inside);
      step = end;
      if (step === stretch.end && stretch.last)
        apply(await method.finish(await snapshot(), boundary(stretch.task)));
      return total;
    },
    async network(task) {
      if (asked?.step !== step) asked = { step, at: await snapshot(), networks: new Map() };
      let network = asked.networks.get(task);
      if (!network) {
        const done = stretches.some((s) => s.task === task && s.last && s.end <= step);
        network = await method.network(asked.at, task, done, { sizes, settings });
        asked.networks.set(task, network);
      }
      return network;
    },
    async room() {
      const { state } = await snapshot();
      return sizes.layers.flatMap((_, i) => {
        const mask = state[`open.w${i + 1}`];
        return mask ? [share(mask)] : [];
      });
    },
    save: async () => ({ ...(await resident.read(Object.keys(fresh))), ...memory }),
    dispose: () => resident.dispose(),
  };
}

/** How many steps a learner takes for all tasks. */
export function learnerSteps({ settings }: RunConfig<ContinualSettings>, dataset: Dataset): number {
  const { phases, heads } = methods[settings.method];
  return stretchesOf(tasksOf(settings, dataset, heads), phases, settings).at(-1)!.end;
}

/** Step size and slope of the gates. */
function schedules({ settings }: RunConfig<ContinualSettings>, stretch: Stretch, step: number): HostArrays {
  const within = (step - stretch.start) / (stretch.end - stretch.start);
  const cooled = settings.cooling === "linear" ? 1 - within : 1;
  const inEpoch = (step - stretch.taskStart) % stretch.stepsPerEpoch;
  const annealed = hatSlope(inEpoch / Math.max(stretch.stepsPerEpoch - 1, 1), settings.slope);
  return {
    learningRate: scalar(settings.learningRate * cooled),
    slope: scalar(settings.gates === "annealed" ? annealed : 1),
  };
}

async function initial(
  config: RunConfig<ContinualSettings>,
  estimator: Estimator,
  method: Method,
  sizes: Sizes,
  tasks: number,
): Promise<{ state: HostArrays }> {
  const { settings, seed } = config;
  const made = method.init(fromHost(keyOf(seed, PURPOSE.init, 0)), sizes, tasks, settings);
  const optimizer = updateRuleOf(settings).init(made.params);
  const state = method.estimatorState(estimator, sizes);
  return {
    state: { ...(await toHost(named({ ...made, optimizer, estimator: state }))), "run.total": scalar(0) },
  };
}

function only(arrays: HostArrays, test: (name: string) => boolean): HostArrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => test(name)));
}
