import {
  type Backend,
  continual,
  type Dataset,
  exampleAt,
  type Run,
  resolveSettings,
  type Split,
  startRun,
  useDevice,
} from "@hardgrad/experiments";
import type { Start } from "../contract.ts";
import { drawnOnce } from "../drawn-once.ts";
import { onWasm } from "../on-wasm.ts";
import type { controls, ForgettingData, ForgettingState, Learner, Point, Seal } from "./controls.ts";
import { digits, settingsOf, TASKS } from "./settings.ts";
import { mapOf, touch } from "./touch.ts";

/** A network that learns the tasks, and what was seen of it. */
interface Pupil {
  readonly run: Run;
  readonly points: Point[];
  seals: readonly Seal[];
  /** A task has ended and its certificates have not been looked at. */
  unchecked: boolean;
}

/** Two networks learn five tasks of two digits each, a report of one or the other at each tick. */
export const start: Start<typeof controls, ForgettingData> = async (given, tools) => {
  let state: ForgettingState = given;
  tools.progress(0, 1, "drawing digits");
  const dataset = drawnOnce(digits);
  const backend = await onWasm(() => useDevice("wasm", { threads: 1 }));
  const pupils: Pupil[] = [];
  for (const protection of ["none", state.protection]) {
    const settings = resolveSettings(continual.options, settingsOf(state, protection), dataset);
    const config = { experiment: "continual", estimator, data: "drawn", drawn: digits, seed: state.seed, settings }; // biome-ignore format: one thought
    pupils.push({ run: await onWasm(() => startRun(continual, config, dataset, backend)), points: [], seals: [], unchecked: false }); // biome-ignore format: one thought
  }
  const [open, closed] = pupils as [Pupil, Pupil];
  const tasks = tasksOf(dataset);

  async function advance(pupil: Pupil): Promise<void> {
    if (pupil.run.step === 0) tools.progress(0, 1, "compiling the step");
    for (const { epoch, values } of await pupil.run.advance()) {
      const right = tasks.flatMap(({ images }, t) => {
        const share = values[`accuracy/task-${t + 1}`];
        return share === undefined ? [] : [Math.round(share * images)];
      });
      if (right.length > 0) pupil.points.push({ tasks: epoch, right });
      pupil.unchecked ||= "certificates/held" in values;
    }
  }

  async function check(pupil: Pupil): Promise<void> {
    pupil.seals = await sealsOf(await pupil.run.checkpoint(), dataset, backend);
    pupil.unchecked = false;
  }

  async function data(): Promise<ForgettingData> {
    const { run, seals } = closed;
    const checkpoint = await run.checkpoint();
    const map = mapOf(checkpoint, state.units);
    const shown = { tasks, open: learnerOf(open), map };
    if (state.touch === "none" || seals.length === 0) return { ...shown, closed: learnerOf(closed) };
    const { checkpoint: changed, touched } = touch(checkpoint, state);
    const broken = await sealsOf(changed, dataset, backend);
    return { ...shown, closed: { ...learnerOf(closed), seals: broken }, touched };
  }

  async function tick(): Promise<boolean> {
    const unchecked = pupils.find((pupil) => pupil.unchecked);
    if (unchecked) await check(unchecked);
    else await advance(closed.run.step < open.run.step ? closed : open);
    return pupils.some(({ run, unchecked: left }) => left || run.step < run.totalSteps);
  }

  return {
    data: () => onWasm(data),
    tick: () => onWasm(tick),
    set(next) {
      state = next;
    },
    end() {
      for (const { run } of pupils) run.dispose();
    },
  };
};

const estimator = { id: "straight-through", options: {} };

const learnerOf = ({ run, points, seals }: Pupil): Learner => ({
  points: [...points],
  seals,
  notes: run.summary().notes ?? [],
});

async function sealsOf(
  checkpoint: Awaited<ReturnType<Run["checkpoint"]>>,
  dataset: Dataset,
  backend: Backend,
): Promise<Seal[]> {
  const reports = await continual.tasks!.verify(checkpoint as never, dataset, backend);
  return reports.map(({ holds, changed }, task) => ({ task, holds, changed }));
}

function tasksOf({ test }: Dataset): ForgettingData["tasks"] {
  return Array.from({ length: TASKS }, (_, task) => {
    const own = [2 * task, 2 * task + 1];
    const of = (digit: number): number[] =>
      Array.from(test.labels.keys()).filter((i) => test.labels[i] === digit);
    const examples = own.map((digit) => exampleAt(test, typical(test, of(digit))).slice());
    return { digits: own, images: of(own[0]!).length + of(own[1]!).length, examples };
  });
}

/** The image that is nearest to the mean of some. */
function typical({ images, size }: Split, some: readonly number[]): number {
  const mean = new Float64Array(size);
  for (const i of some) for (let p = 0; p < size; p++) mean[p]! += images[i * size + p]! / some.length;
  const distance = (i: number): number =>
    mean.reduce((sum, m, p) => sum + (images[i * size + p]! - m) ** 2, 0);
  const distances = some.map(distance);
  return some[distances.indexOf(Math.min(...distances))]!;
}
