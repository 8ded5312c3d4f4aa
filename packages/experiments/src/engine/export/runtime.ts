import { loadRuntime, type Path, writeRuntimeFile } from "@hardgrad/runtime";
import type { Split } from "../../contract/dataset.ts";
import type { Experiment } from "../../contract/experiment.ts";
import type { Model } from "../../contract/models.ts";
import type { Tensor } from "../../contract/run.ts";
import { formOf } from "../../data/index.ts";
import { toDevice, toHost } from "../arrays.ts";
import { callable, type ModelSource, modelsOf } from "./onnx.ts";

/** A runtime file and the function that it must agree with. */
export interface RuntimeFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly like: Model;
  readonly output: string;
}

/** How a runtime file does on images, beside the same network in jax-js. */
export interface RuntimeCheck {
  readonly images: number;
  /** Largest difference of an output, over the images whose hard choices all fell the same way. */
  readonly largest: number;
  /** Images with a larger difference: a hard choice within rounding of its threshold fell the other way. */
  readonly flipped: number;
  /** Shares of images whose largest output is that of their label. */
  readonly accuracy: { readonly file: number; readonly jax: number };
}

/** Probabilities from float32 sums of thousands of terms in another order. A wrong formula differs by 0.01 and more. */
export const SAME = 1e-4;
/** With thousands of thresholds, some fall within rounding; a wrong threshold would change nearly every image. */
export const MOST_FLIPPED = 0.01;
const BLOCK = 1000;

/**
 * A trained network as a file for `@hardgrad/runtime`.
 *
 * @param epoch how many epochs were trained; schedules depend on it.
 * @param meta kept in the file.
 * @throws RangeError if the experiment has no such form.
 * @example
 * const { bytes } = runtimeFile(binary, parametersOf(checkpoint), checkpoint.config, 10, { accuracy: 0.97 });
 */
export function runtimeFile(
  experiment: Experiment,
  parameters: { readonly [name: string]: Tensor },
  config: ModelSource,
  epoch: number,
  meta: { readonly [key: string]: unknown },
): RuntimeFile {
  if (!experiment.runtime)
    throw new RangeError(
      experiment.circuit
        ? `experiment ${experiment.name} trains a circuit; npx hardgrad circuit RUN writes it for the runtime.`
        : `experiment ${experiment.name} can't be exported for the runtime, which runs gated and binary networks; try --format onnx.`,
    );
  const { network, like } = experiment.runtime(
    parameters,
    config.settings,
    formOf(config),
    Math.floor(epoch),
  );
  const { model, output } = like;
  return {
    bytes: writeRuntimeFile({ ...network, meta: { ...meta, output } }),
    like: modelsOf(experiment, config, epoch)[model]!,
    output,
  };
}

/**
 * Runs the file on images, and the function in jax-js: dense, with closed gates masked. Needs a device (`useDevice`).
 *
 * @example
 * const { accuracy, flipped } = await checkRuntimeFile(file, parametersOf(checkpoint), dataset.test);
 */
export async function checkRuntimeFile(
  { bytes, like, output }: RuntimeFile,
  parameters: { readonly [name: string]: Tensor },
  { images, labels, size, count }: Split,
  path: Path = "auto",
): Promise<RuntimeCheck> {
  const runtime = await loadRuntime(bytes, { path });
  const call = callable(like, parameters);
  const classes = runtime.outputs;
  let [largest, flipped, right, rightInJax] = [0, 0, 0, 0];
  try {
    for (let from = 0; from < count; from += BLOCK) {
      const rows = Math.min(BLOCK, count - from);
      const image = Float32Array.from(images.subarray(from * size, (from + rows) * size), (v) => v / 255);
      const own = runtime.forward(image);
      const { data } = (await toHost(call.fn(toDevice({ image: { shape: [rows, size], data: image } }))))[
        output
      ]!;
      for (let n = 0; n < rows; n++) {
        const a = own.subarray(n * classes, (n + 1) * classes);
        const b = data.subarray(n * classes, (n + 1) * classes);
        let off = 0;
        for (let c = 0; c < classes; c++) off = Math.max(off, Math.abs(a[c]! - b[c]!));
        if (off <= SAME) largest = Math.max(largest, off);
        else flipped++;
        if (argmax(a) === labels[from + n]) right++;
        if (argmax(b) === labels[from + n]) rightInJax++;
      }
    }
  } finally {
    call.dispose();
  }
  return { images: count, largest, flipped, accuracy: { file: right / count, jax: rightInJax / count } };
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
