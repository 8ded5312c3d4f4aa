import {
  classifier,
  type Dataset,
  drawnDigits,
  type HostArrays,
  type Resident,
  type RunConfig,
  resolveSettings,
  trainingStep,
  useDevice,
} from "@hardgrad/experiments";
import type { Start, State } from "../contract.ts";
import { onWasm } from "../on-wasm.ts";
import { centred } from "./centred.ts";
import type { TrainControls } from "./controls.ts";
import type { Network, Point, TrainData } from "./data.ts";
import { type Reader, readerOf, SAMPLES, SHOWN } from "./reader.ts";

const TRAIN = 4000;
const TEST = 500;
const LAST = 10_000;
/** Training steps of a tick. */
const STEPS = 4;

/** A network in training. */
interface Trained {
  readonly estimator: string;
  readonly resident: Resident;
  step(at: number): Promise<void>;
  seconds: number;
}

/** The experiment `classifier` on digits drawn by code, with up to four estimators at once. */
export const start: Start<TrainControls, TrainData> = async (initial, { progress }) => {
  let state = initial;
  progress(0, 1, "drawing the digits");
  const dataset = drawnDigits({ seed: state.seed, train: TRAIN, test: TEST });
  const backend = await onWasm(() => useDevice("wasm", { threads: 1 }));
  const { images, labels, size } = dataset.test;
  const networks: Trained[] = [];
  const points: Point[] = [];
  let reader: Reader | undefined;
  let step = 0;

  /** Adds the next network, its program compiled, before its first step. */
  async function add(estimator: string): Promise<void> {
    progress(networks.length, state.estimators.length, `compiling the training step of ${estimator}`);
    const config = configOf(state, estimator, dataset);
    const { initial, step, inputs } = await trainingStep(classifier, config, dataset);
    const resident = backend.put(initial);
    const update = backend.update(step);
    await update(resident, inputs(0)); // compiles
    resident.write(initial);
    reader ??= readerOf(backend, dataset, config, await parametersIn(resident));
    const network: Trained = {
      estimator,
      resident,
      seconds: 0,
      async step(at) {
        const given = inputs(at);
        const since = performance.now();
        await update(resident, given);
        network.seconds += (performance.now() - since) / 1000;
      },
    };
    networks.push(network);
  }

  async function test(): Promise<void> {
    const accuracies: number[] = [];
    for (const { resident } of networks)
      accuracies.push(await reader!.accuracy(await parametersIn(resident), step));
    points.push({ step, accuracies, seconds: networks.map(({ seconds }) => seconds) });
  }

  async function tick(): Promise<boolean> {
    const missing = state.estimators[networks.length];
    if (missing !== undefined) {
      await add(missing);
      if (networks.length === state.estimators.length) await test();
      return true;
    }
    const due = nextTest(step);
    const end = Math.min(step + STEPS, due);
    for (; step < end; step++) for (const network of networks) await network.step(step);
    if (step === due) await test();
    return step < LAST;
  }

  async function data(): Promise<TrainData> {
    const read = centred(state.digit) ?? images.slice(0, size);
    const shown: Network[] = [];
    for (const { estimator, resident, seconds } of networks)
      shown.push({ estimator, seconds, ...(await reader!.look(await parametersIn(resident), read, step)) });
    return {
      step,
      of: LAST,
      tested: TEST,
      points: points.slice(),
      networks: shown,
      images: images.slice(0, SHOWN * size),
      labels: Array.from(labels.subarray(0, SHOWN)),
      read,
      samples: SAMPLES,
    };
  }

  return {
    data: () => onWasm(data),
    tick: () => onWasm(tick),
    set: (next) => {
      state = next;
    },
    end: () => {
      for (const { resident } of networks) resident.dispose();
      reader?.end();
    },
  };
};

/** The first step after this one at which the networks are tested: often at first, later at the ends of epochs. */
function nextTest(step: number): number {
  const every = step < 20 ? 10 : step < 40 ? 20 : step < 400 ? 40 : step < 2000 ? 200 : 1000;
  return Math.min(LAST, (Math.floor(step / every) + 1) * every);
}

const parametersIn = (resident: Resident): Promise<HostArrays> =>
  resident.read(["params.w1", "params.b1", "params.w2", "params.b2"]);

function configOf(
  { hidden, rate, seed }: State<TrainControls>,
  estimator: string,
  dataset: Dataset,
): RunConfig {
  const given = { ...classifier.recommended(estimator).settings, hidden, learningRate: rate };
  return {
    experiment: "classifier",
    estimator: { id: estimator, options: {} },
    data: "drawn",
    drawn: { train: TRAIN, test: TEST },
    seed,
    settings: resolveSettings(classifier.options, given, dataset),
  };
}
