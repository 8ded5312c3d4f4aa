import {
  type Backend,
  type Checkpoint,
  drawnDigits,
  generator,
  type HostArrays,
  loadGenerator,
  type RunConfig,
  resolveSettings,
  trainingStep,
} from "@hardgrad/experiments";
import type { NamedArrays } from "hardgrad";
import { SETTINGS, SIZES } from "./here.ts";

/** Draws digits in styles. */
export interface Drawer {
  /** What can be asked for. */
  readonly digits: readonly number[];
  /** Three styles of a seed, one after another: standard normal noise. */
  readonly noise: Float32Array;
  /** One picture for each style, of these digits. */
  decode(digits: readonly number[], styles: Float32Array): Promise<Uint8Array[]>;
  end(): void;
}

/** A generator that learns while it draws. */
export interface Learner extends Drawer {
  readonly step: number;
  readonly of: number;
  /** Mean loss of the steps of the last call of `learn`. */
  readonly loss: number | undefined;
  learn(steps: number): Promise<void>;
}

/** The generator in a checkpoint. */
export async function loaded(bytes: Uint8Array, seed: number, backend: Backend): Promise<Drawer> {
  const { digits, shape, styles, decode, dispose } = await loadGenerator(bytes, { backend });
  const fault =
    shape.width !== SIDE || shape.height !== SIDE
      ? `This figure shows pictures of ${SIDE} x ${SIDE} pixels; the generator in this file draws ${shape.width} x ${shape.height}.`
      : digits.length === 0
        ? "The generator in this file has no name for any class that it found, so no digit can be asked for; train it longer."
        : undefined;
  if (fault) {
    dispose();
    throw new RangeError(fault);
  }
  return { digits, noise: styles(3, seed), decode, end: dispose };
}

const SIDE = 28;
/** Pictures of a call of the compiled drawing. */
const ROWS = 64;
const CLASSES = 10;

/** The configuration of the generator that learns in the page. */
export function configOf(seed: number): RunConfig {
  const dataset = drawnDigits({ seed, train: 1, test: 1 });
  return {
    experiment: "generator",
    estimator: { id: "straight-through", options: {} },
    data: "drawn",
    drawn: SIZES,
    seed,
    settings: resolveSettings(generator.options, SETTINGS, dataset),
  };
}

/** A generator that learns from digits drawn by code. */
export async function learner(seed: number, backend: Backend): Promise<Learner> {
  const config = configOf(seed);
  const dataset = drawnDigits({ seed, ...SIZES });
  const settings = resolveSettings(generator.options, SETTINGS, dataset);
  const { initial, step, inputs } = await trainingStep(generator, config, dataset);
  const resident = backend.put(initial);
  const update = backend.update(step);
  const model = generator.models!(settings, dataset, 0).generator!;
  const draw = backend.evaluate((arrays, given) => model.fn(parametersOf(arrays), given));
  const of = settings.epochs * Math.floor(SIZES.train / settings.batch);
  const size = settings.styleSize;
  const record = { last: {}, best: {}, epoch: { total: 0, steps: 0 } };
  const untrained = await loadGenerator(
    { config, step: 0, tensors: initial as Checkpoint["tensors"], record },
    { backend },
  );
  const noise = untrained.styles(3, seed);
  untrained.dispose();
  let done = 0;
  let loss: number | undefined;

  /** At most so many pictures as the compiled drawing makes at once. */
  async function block(digits: readonly number[], styles: Float32Array): Promise<Uint8Array[]> {
    const digit = new Float32Array(ROWS * CLASSES);
    for (const [n, d] of digits.entries()) digit[n * CLASSES + d] = 1;
    const style = new Float32Array(ROWS * size);
    style.set(styles);
    const given: HostArrays = {
      digit: { shape: [ROWS, CLASSES], data: digit },
      style: { shape: [ROWS, size], data: style },
    };
    const { image } = await draw(resident, given);
    const pixels = image!.data.length / ROWS;
    return digits.map((_, n) =>
      Uint8Array.from(image!.data.subarray(n * pixels, (n + 1) * pixels), (grey) => Math.round(255 * grey)),
    );
  }

  return {
    digits: untrained.digits,
    noise,
    of,
    get step() {
      return done;
    },
    get loss() {
      return loss;
    },
    async learn(steps) {
      resident.write({ "run.total": { shape: [], data: Float32Array.of(0) } });
      const end = Math.min(of, done + steps);
      const count = end - done;
      for (; done < end; done++) await update(resident, inputs(done));
      const { "run.total": total } = await resident.read(["run.total"]);
      if (count > 0) loss = total!.data[0]! / count;
    },
    async decode(digits, styles) {
      const pictures: Uint8Array[] = [];
      for (let from = 0; from < digits.length; from += ROWS)
        pictures.push(
          ...(await block(
            digits.slice(from, from + ROWS),
            styles.subarray(from * size, (from + ROWS) * size),
          )),
        );
      return pictures;
    },
    end: () => resident.dispose(),
  };
}

const parametersOf = (arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) => {
      if (name.startsWith("params.")) return [[name.slice("params.".length), array]];
      array.dispose();
      return [];
    }),
  );
