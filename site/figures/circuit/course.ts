import {
  type Dataset,
  exampleAt,
  exampleSize,
  keyOf,
  logic,
  makeEstimator,
  PURPOSE,
  type RunConfig,
  resolveSettings,
  trainingStep,
  useDevice,
} from "@hardgrad/experiments";
import {
  type Circuit,
  type CircuitRuntime,
  type LogicGate,
  loadCircuit,
  simplifyCircuit,
} from "@hardgrad/runtime/circuit";
import type { NamedArrays } from "hardgrad";
import type { Start } from "../contract.ts";
import { drawnOnce } from "../drawn-once.ts";
import { wireBits } from "../logic/wires.ts";
import { onWasm } from "../on-wasm.ts";
import { medianOf, type Share } from "../shares.ts";
import { centred } from "../train/centred.ts";
import type { CircuitData, CircuitState, controls, Point } from "./controls.ts";
import { digits, settingsOf } from "./settings.ts";

/** Training steps of a tick. */
const STEPS = 12;
/** Passes over the test images that are timed together, and rounds of them that the median is of. */
const PASSES = 10;
const ROUNDS = 16;

/** Trains a network of logic gates, and reads digits with its circuit. */
export const start: Start<typeof controls, CircuitData> = async (given, tools) => {
  let state: CircuitState = given;
  tools.progress(0, 1, "drawing digits");
  const dataset = drawnOnce(digits);
  const { test } = dataset;
  const backend = await onWasm(() => useDevice("wasm", { threads: 1 }));
  const config = configOf(given, dataset);
  const settings = config.settings as never;
  const estimator = makeEstimator(config.estimator);
  const { initial, step: stepFunction, inputs } = await onWasm(() => trainingStep(logic, config, dataset));
  const resident = backend.put(initial);
  const update = backend.update(stepFunction);
  const names = Object.keys(initial).filter((name) => name.startsWith("params."));
  const reader = backend.put(Object.fromEntries(names.map((name) => [name, initial[name]!])));
  const classes = backend.evaluate((params, images) =>
    logic.evaluations.classes!(bare(params) as NamedArrays, images, settings, estimator),
  );
  const { count } = logic.split!(dataset, settings);
  const { batch, epochs } = config.settings as { batch: number; epochs: number };
  const of = Math.floor(count / batch) * epochs;
  const points: Point[] = [];
  const times: number[] = [];
  let step = 0;
  let circuit: Circuit | undefined;
  let functions: number[] = [];
  let before = logic.circuit!(bare(initial) as never, settings, dataset).gates;

  async function train(): Promise<void> {
    if (step === 0) tools.progress(0, 1, "compiling the step");
    for (const end = Math.min(of, step + STEPS); step < end; step++) await update(resident, inputs(step));
    const read = await resident.read(names);
    const params = bare(read);
    const network = logic.circuit!(params as never, settings, dataset);
    functions = Array.from({ length: 16 }, (_, o) => network.gates.filter(([own]) => own === o).length);
    circuit = simplifyCircuit(network);
    const runtime = await loadCircuit(circuit);
    reader.write(read);
    const { classes: found } = await classes(reader, {
      images: { shape: [test.count, exampleSize(dataset.shape)], data: test.images },
      labels: { shape: [test.count], data: test.labels },
      key: keyOf(config.seed, PURPOSE.evaluate, step),
    });
    points.push({
      step,
      circuit: rightOf(runtime.classify(test.images), test.labels),
      network: rightOf(found!.data, test.labels),
      functions: changed(before, network.gates, [0]),
      wires: changed(before, network.gates, [1, 2]),
    });
    before = network.gates;
    time(runtime);
  }

  function time(runtime: CircuitRuntime): void {
    const since = performance.now();
    for (let pass = 0; pass < PASSES; pass++) runtime.classify(test.images);
    times.push((PASSES * test.count) / Math.max(1e-3, performance.now() - since) / 1000);
    if (times.length > ROUNDS) times.shift();
  }

  return {
    data() {
      const own = centred(state.drawn);
      const image = own ?? exampleAt(test, nth(test.labels, state.digit, state.example)).slice();
      const bits = circuit ? wireBits(circuit, image) : new Uint8Array(0);
      return {
        of,
        points: points.slice(),
        image,
        ...(own ? {} : { label: state.digit }),
        ...(circuit && { circuit, speed: medianOf(times) }),
        functions,
        bits,
        scores: (circuit?.classes ?? []).map(({ wires, plus = 0 }) =>
          wires.reduce((sum, wire) => sum + bits[wire]!, plus),
        ),
      };
    },
    async tick() {
      await onWasm(train);
      return step < of;
    },
    set(next) {
      state = next;
    },
    end() {
      resident.dispose();
      reader.dispose();
    },
  };
};

function configOf(state: CircuitState, dataset: Dataset): RunConfig {
  return {
    experiment: "logic",
    estimator: { id: state.estimator, options: {} },
    data: "drawn",
    drawn: digits,
    seed: state.seed,
    settings: resolveSettings(logic.options, settingsOf(state), dataset),
  };
}

const bare = <T>(params: { readonly [name: string]: T }): { readonly [name: string]: T } =>
  Object.fromEntries(Object.entries(params).map(([name, array]) => [name.replace("params.", ""), array]));

function rightOf(found: ArrayLike<number>, labels: Uint8Array): Share {
  let right = 0;
  for (let n = 0; n < labels.length; n++) if (found[n] === labels[n]) right++;
  return { right, of: labels.length };
}

/** Of the choices at some places of all gates, those that are others than before. */
function changed(
  before: readonly LogicGate[],
  now: readonly LogicGate[],
  places: readonly (0 | 1 | 2)[],
): Share {
  const right = now.flatMap((gate, i) => places.filter((at) => gate[at] !== before[i]![at])).length;
  return { right, of: now.length * places.length };
}

/** The n-th image of a class; counted round where there are fewer. */
function nth(labels: Uint8Array, label: number, n: number): number {
  const own = Array.from(labels.keys()).filter((i) => labels[i] === label);
  return own[n % own.length]!;
}
