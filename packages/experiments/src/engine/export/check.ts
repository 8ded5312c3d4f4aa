import type { HostArray, HostArrays } from "../../contract/backend.ts";
import type { Model } from "../../contract/models.ts";
import type { Tensor as HostTensor } from "../../contract/run.ts";
import { randomSource } from "../../data/random.ts";
import { toDevice, toHost } from "../arrays.ts";
import { callable, inputsFor } from "./onnx.ts";
import { loadOnnxRuntime, type OnnxRuntime, type OnnxTensors, type Session } from "./onnxruntime.ts";

/** How far a model is from jax-js. */
export interface Difference {
  /** Largest over all elements of all outputs: absolute, relative above 1. */
  readonly largest: number;
  readonly output: string;
}

/** Float32 with sums in another order: the tolerance that models are held to. */
export const TOLERANCE = 1e-5;

const ROWS = [1, 7];
const DRAWS = 3;

/** Compares a model file with its function. */
export type Checker = (
  file: Uint8Array,
  model: Model,
  parameters: { readonly [name: string]: HostTensor },
) => Promise<Difference>;

/**
 * Runs models in onnxruntime-node and their functions in jax-js, on the same random inputs, for one example and seven.
 * A hard choice within rounding of its threshold may fall the other way, so inputs are drawn up to three times, and
 * the smallest difference counts.
 *
 * @throws RangeError if onnxruntime-node is missing or its version is not supported.
 * @example
 * const { largest } = await (await modelChecker())(file.bytes, model, parameters);
 */
export async function modelChecker(): Promise<Checker> {
  const runtime = await loadOnnxRuntime();
  return async (file, model, parameters) => {
    const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
    const call = callable(model, parameters);
    let best: Difference = { largest: Number.POSITIVE_INFINITY, output: "" };
    try {
      for (let draw = 0; draw < DRAWS && best.largest > TOLERANCE; draw++) {
        const random = randomSource(draw);
        let worst: Difference = { largest: 0, output: "" };
        for (const rows of ROWS) {
          const inputs = inputsFor(model, rows, random.uniform);
          const actual = await run(runtime, session, model, inputs);
          worst = larger(worst, compare(actual, await toHost(call.fn(toDevice(inputs)))));
        }
        if (draw === 0 || worst.largest < best.largest) best = worst;
      }
      return best;
    } finally {
      call.dispose();
    }
  };
}

async function run(
  { Tensor }: OnnxRuntime,
  session: Session,
  model: Model,
  inputs: HostArrays,
): Promise<OnnxTensors> {
  const feeds: OnnxTensors = {};
  for (const [name, { dtype }] of Object.entries(model.inputs)) {
    const { data, shape } = inputs[name]!;
    feeds[name] = new Tensor(dtype, data, shape);
  }
  return session.run(feeds);
}

function compare(actual: OnnxTensors, expected: { readonly [name: string]: HostArray }): Difference {
  let worst: Difference = { largest: 0, output: "" };
  for (const [output, { shape, data }] of Object.entries(expected)) {
    const got = actual[output];
    const comparable = got?.dims.join() === shape.join();
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [comparable ? got!.data[i]! : Number.NaN, data[i]!];
      const difference = Object.is(x, y) ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(y));
      worst = larger(worst, {
        output,
        largest: Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference,
      });
    }
  }
  return worst;
}

const larger = (a: Difference, b: Difference): Difference => (b.largest > a.largest ? b : a);
