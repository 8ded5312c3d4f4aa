import { random, tree } from "@jax-js/jax";
import type { Backend } from "../../contract/backend.ts";
import { type DataForm, exampleSize, type ImageShape } from "../../contract/dataset.ts";
import type { Asked, LoadedGenerator } from "../../contract/drawing.ts";
import { resolveSettings, type Settings } from "../../contract/options.ts";
import type { Checkpoint } from "../../contract/run.ts";
import { formOf } from "../../data/index.ts";
import { useDevice } from "../../engine/backends/device.ts";
import { decodeCheckpoint } from "../../engine/checkpoint-file.ts";
import { parametersOf } from "../../engine/export/onnx.ts";
import { greyOf } from "../../nn/classify.ts";
import { draw } from "./draw.ts";
import { namesOf } from "./naming.ts";
import { initialParams } from "./network.ts";
import { styleNoise } from "./noise.ts";
import { type GeneratorSettings, options as table } from "./options.ts";

const BLOCK = 64;
const MOST_AT_ONCE = 10_000;
const MOST = 1_000_000;

/**
 * A generator from the checkpoint of its run: read already, or the bytes of its `checkpoint.safetensors`.
 *
 * @param options.backend draws (default: device wasm, by which the same seed gives the same pixels on every machine).
 * @throws RangeError for a checkpoint of another experiment, a damaged one, or one without names of its classes.
 * @example
 * const generator = await loadGenerator(readFileSync("runs/NAME/checkpoint.safetensors"));
 * const [seven] = await generator.draw({ digit: 7, count: 1, seed: 1 });
 */
export async function loadGenerator(
  source: Checkpoint | Uint8Array,
  options: { readonly backend?: Backend } = {},
): Promise<LoadedGenerator> {
  const checkpoint = source instanceof Uint8Array ? await decodeCheckpoint(source) : source;
  const { config, record } = checkpoint;
  if (config.experiment !== "generator")
    throw new RangeError(
      `loadGenerator: the checkpoint is of experiment ${config.experiment}, which can't draw digits on request; give one of \`hardgrad train generator\`.`,
    );
  const form = formOf(config);
  const settings = ownSettings(config.settings, form);
  const pixelCount = exampleSize(form.shape);
  const names = namesOf(settings, record.last);
  const size = settings.styleSize;
  const backend = options.backend ?? (await useDevice("wasm", { threads: 1 }));
  const parameters = checkedParameters(checkpoint, settings, form);
  const resident = backend.put(parameters);
  const decoder = backend.evaluate((params, { digit, style }) => ({
    pixels: draw(params, style!, digit!, settings).image,
  }));
  const digits = [...new Set(names)].filter((name) => name >= 0).sort((a, b) => a - b);

  /** The class for the n-th picture of a digit: found classes of one name take turns. */
  const classOf = (digit: number, n: number): number => {
    const found = names.flatMap((name, k) => (name === digit && digit >= 0 ? [k] : []));
    if (found.length > 0) return found[n % found.length]!;
    throw new RangeError(`digit ${digit} can't be drawn; this generator knows ${digits.join(", ")}.`);
  };

  /** At most one block of pictures. A block is always of the same shape, so that nothing recompiles. */
  async function block(classes: readonly number[], styles: Float32Array): Promise<Uint8Array[]> {
    const style = new Float32Array(BLOCK * size);
    style.set(styles);
    const digit = new Float32Array(BLOCK * names.length);
    for (let n = 0; n < BLOCK; n++) digit[n * names.length + (classes[n] ?? 0)] = 1;
    const { pixels } = await decoder(resident, {
      digit: { shape: [BLOCK, names.length], data: digit },
      style: { shape: [BLOCK, size], data: style },
    });
    return classes.map((_, n) => greyOf(pixels!.data, n, pixelCount));
  }

  async function* blocks(
    classes: readonly number[] | ((n: number) => number),
    count: number,
    stylesOf: (from: number, count: number) => Float32Array,
  ): AsyncGenerator<Uint8Array[]> {
    for (let at = 0; at < count; at += BLOCK) {
      const width = Math.min(BLOCK, count - at);
      const these = Array.from({ length: width }, (_, n) =>
        typeof classes === "function" ? classes(at + n) : classes[at + n]!,
      );
      yield await block(these, stylesOf(at, width));
    }
  }

  const stream = ({ digit, count, seed = 0, from = 0 }: Asked): AsyncGenerator<Uint8Array[]> => {
    whole("count", count, 1, MOST);
    whole("seed", seed, 0, 2 ** 32 - 1);
    whole("from", from, 0, 2 ** 31);
    classOf(digit, 0);
    return blocks(
      (n) => classOf(digit, from + n),
      count,
      (at, width) => styleNoise(size, width, seed, from + at),
    );
  };

  return {
    digits,
    names,
    styleSize: size,
    shape: form.shape as ImageShape,
    styles(count, seed, from = 0) {
      whole("count", count, 1, MOST_AT_ONCE);
      whole("seed", seed, 0, 2 ** 32 - 1);
      whole("from", from, 0, 2 ** 31);
      return styleNoise(size, count, seed, from);
    },
    async decode(digit, styles) {
      const count = styles.length / size;
      const asked = typeof digit === "number" ? undefined : digit;
      if (!Number.isInteger(count) || count < 1 || (asked && asked.length !== count))
        throw new RangeError(
          `decode: ${styles.length} numbers are not ${asked ? `${asked.length} styles` : "whole styles"} of ${size}; use styles(count, seed).`,
        );
      const classes = Array.from({ length: count }, (_, n) =>
        classOf(asked ? asked[n]! : (digit as number), n),
      );
      return all(blocks(classes, count, (at, width) => styles.subarray(at * size, (at + width) * size)));
    },
    async draw(asked) {
      whole("count", asked.count, 1, MOST_AT_ONCE);
      return all(stream(asked));
    },
    stream,
    dispose: () => resident.dispose(),
  };
}

async function all(blocks: AsyncGenerator<Uint8Array[]>): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  for await (const block of blocks) pictures.push(...block);
  return pictures;
}

function whole(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`draw: ${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}

/** Options that are younger than the run get their defaults: what draws is checked by the shapes of the parameters. */
function ownSettings(settings: Settings, form: DataForm): GeneratorSettings {
  try {
    return resolveSettings(table, settings, form);
  } catch (error) {
    throw new RangeError(
      `loadGenerator: the checkpoint is of another version of hardgrad: ${(error as Error).message.replace(/\.$/, "")}; train again.`,
    );
  }
}

/** The parameters that drawing needs, if they are all there and of the shapes that the settings say. */
function checkedParameters(
  checkpoint: Checkpoint,
  settings: GeneratorSettings,
  form: DataForm,
): ReturnType<typeof parametersOf> {
  const given = parametersOf(checkpoint);
  const expected = initialParams(random.key(0), settings, form);
  const shapes = Object.entries(expected)
    .filter(([name]) => /^(decoder|prior)\./.test(name))
    .map(([name, { shape }]) => [name, shape.join()] as const);
  tree.dispose(expected);
  for (const [name, shape] of shapes) {
    const tensor = given[name];
    const problem =
      tensor?.shape.join() !== shape
        ? `has shape [${tensor?.shape ?? "missing"}], expected [${shape}]`
        : tensor.data.every(Number.isFinite)
          ? undefined
          : "has values that are not numbers";
    if (problem)
      throw new RangeError(
        `loadGenerator: the checkpoint is damaged: params.${name} ${problem}; train again.`,
      );
  }
  return Object.fromEntries(shapes.map(([name]) => [name, given[name]!]));
}
