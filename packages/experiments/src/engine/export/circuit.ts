import { type Circuit, loadCircuit } from "@hardgrad/runtime/circuit";
import type { Backend } from "../../contract/backend.ts";
import type { Dataset, Split } from "../../contract/dataset.ts";
import type { Experiment } from "../../contract/experiment.ts";
import type { Tensor } from "../../contract/run.ts";
import { formOf } from "../../data/index.ts";
import { gather, range } from "../batches.ts";
import { type ModelSource, modelsOf } from "./onnx.ts";

/** How a circuit does on images, beside the network that it was made from. */
export interface CircuitCheck {
  readonly images: number;
  /** Images of which a class score is another one. */
  readonly differing: number;
  /** Of the circuit. */
  readonly accuracy: { readonly train: number; readonly test: number };
}

/**
 * The circuit of a trained network: every choice the most probable one.
 *
 * @throws RangeError if the experiment has none.
 * @example
 * const circuit = trainedCircuit(logic, parametersOf(checkpoint), checkpoint.config);
 */
export function trainedCircuit(
  experiment: Experiment,
  parameters: { readonly [name: string]: Tensor },
  config: ModelSource,
): Circuit {
  if (!experiment.circuit)
    throw new RangeError(`experiment ${experiment.name} trains no logic gates; hardgrad train logic does.`);
  return experiment.circuit(parameters, config.settings, formOf(config));
}

const BLOCK = 500;

/**
 * Runs a circuit, as a file for the runtime or as it is, and the network in jax-js on every image of a dataset, and compares
 * all class scores.
 *
 * @example
 * const { differing } = await checkCircuit(circuit, logic, parametersOf(checkpoint), checkpoint.config, dataset, backend);
 */
export async function checkCircuit(
  circuit: Circuit | Uint8Array,
  experiment: Experiment,
  parameters: { readonly [name: string]: Tensor },
  config: ModelSource,
  { train, test }: Pick<Dataset, "train" | "test">,
  backend: Backend,
): Promise<CircuitCheck> {
  const runtime = await loadCircuit(circuit);
  const { classifier } = modelsOf(experiment, config, 0);
  const resident = backend.put(parameters);
  const network = backend.evaluate((params, { images }) => {
    const { scores, ...others } = classifier!.fn(params, { image: images!.div(255) });
    for (const other of Object.values(others)) other.dispose();
    return { scores: scores! };
  });
  const tau = config.settings.scale as number;
  let differing = 0;
  const run = async (split: Split): Promise<number> => {
    let right = 0;
    const width = Math.min(BLOCK, split.count);
    for (let from = 0; from < split.count; from += width) {
      // The last block is moved back so that all have one shape.
      const start = Math.min(from, split.count - width);
      const block = gather(split, range(width, start));
      const { scores } = await network(resident, { images: block.images });
      const counts = runtime.scores(block.images.data);
      const classes = runtime.classify(block.images.data);
      for (let n = from - start; n < width; n++) {
        const at = n * runtime.classes;
        const same = Array.from({ length: runtime.classes }, (_, c) => {
          // A sum of ones is exact, its quotient is rounded.
          return Math.abs(scores!.data[at + c]! * tau - counts[at + c]!) < 0.25;
        });
        if (same.includes(false)) differing++;
        if (classes[n] === split.labels[start + n]) right++;
      }
    }
    return right / split.count;
  };
  try {
    const accuracy = { train: await run(train), test: await run(test) };
    return { images: train.count + test.count, differing, accuracy };
  } finally {
    resident.dispose();
  }
}
