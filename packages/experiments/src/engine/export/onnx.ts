import { decodeModel, lower, type Port } from "@hardgrad/onnx";
import { jit, tree } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { HostArray } from "../../contract/backend.ts";
import type { Experiment } from "../../contract/experiment.ts";
import type { Model, Models } from "../../contract/models.ts";
import type { Checkpoint, RunConfig, Tensor } from "../../contract/run.ts";
import { formOf } from "../../data/index.ts";
import { toDevice } from "../arrays.ts";

/** An input or output of a model file. */
export interface ModelPort {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
  readonly doc: string;
}

/** A model as a file, and what it is called with. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
}

const PROTOBUF_LIMIT = 2 ** 31 - 1;

/**
 * The network's parameters, without the state of the optimizer and the estimator.
 *
 * @example
 * const { w1, b1 } = parametersOf(checkpoint);
 */
export function parametersOf({ tensors }: Checkpoint): { [name: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith("params."))
      .map(([name, tensor]) => [name.slice("params.".length), tensor]),
  );
}

/** What says how a network is built: its run's settings and data. */
export type ModelSource = Pick<RunConfig, "settings" | "data" | "form">;

/**
 * The models of a network of an experiment.
 *
 * @param epoch how many epochs were trained; schedules depend on it.
 * @throws RangeError if the experiment declares nothing.
 * @example
 * Object.keys(modelsOf(classifier, checkpoint.config, 10));
 */
export function modelsOf(experiment: Experiment, config: ModelSource, epoch: number): Models {
  const models = experiment.models?.(config.settings, formOf(config), Math.floor(epoch)) ?? {};
  if (Object.keys(models).length > 0) return models;
  throw new RangeError(`experiment ${experiment.name} can't be exported as a model.`);
}

/**
 * A model as an ONNX file with these parameters in it. Needs a device of jax-js (`useDevice`), on which
 * the function is traced.
 *
 * @param metadata what the file says about its origin.
 * @throws LoweringError if the function has no ONNX form; a RangeError for parameters of more than 2 GB.
 * @example
 * const { classifier: model } = modelsOf(classifier, checkpoint.config, 10);
 * const { bytes } = exportModel("classifier", model, parametersOf(checkpoint), { run: "NAME" });
 */
export function exportModel(
  name: string,
  model: Model,
  parameters: { readonly [name: string]: Tensor },
  metadata: { readonly [key: string]: string },
): OnnxFile {
  const bytes = Object.values(parameters).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > PROTOBUF_LIMIT)
    throw new RangeError(
      `the network's parameters take ${(bytes / 1e9).toFixed(1)} GB, and a protobuf file holds 2 GB; use --format safetensors.`,
    );
  const call = callable(model, parameters);
  const example = toDevice(inputsFor(model, 2, () => 0));
  const batched = Object.entries(model.inputs).filter(([, { shape }]) => shape[0] === "batch");
  try {
    const lowered = lower(call.fn, [example], {
      names: [""],
      constants: call.params,
      results: Object.keys(model.outputs),
      batch: batched.length > 0 && batched.map(([input]) => input),
      graphName: name,
      docString: docOf(model),
      metadata,
    });
    const sizes = sizesOf(lowered.model);
    const described = ({ name, dtype }: Port, doc: string): ModelPort => ({
      name,
      dtype,
      shape: sizes.get(name)!,
      doc,
    });
    return {
      bytes: lowered.model,
      inputs: lowered.inputs.map((port) => described(port, model.inputs[port.name]!.doc)),
      outputs: lowered.outputs.map((port) => described(port, model.outputs[port.name]!)),
    };
  } finally {
    tree.dispose(example);
    call.dispose();
  }
}

/** Shapes of inputs and outputs, as the file itself has them: a free axis by its name. */
function sizesOf(model: Uint8Array): Map<string, (number | string)[]> {
  const { graph } = decodeModel(model);
  return new Map(
    [...graph.input, ...graph.output].map(({ name, type }) => [
      name,
      type.tensorType.shape.dim.map(({ dimParam, dimValue }) => dimParam || dimValue!),
    ]),
  );
}

/** The function with its parameters, for calls on jax-js; arguments are consumed. */
export function callable(
  model: Model,
  parameters: { readonly [name: string]: Tensor },
): { readonly params: NamedArrays; fn(inputs: NamedArrays): NamedArrays; dispose(): void } {
  const params = toDevice(parameters);
  const compiled = jit((p: NamedArrays, inputs: NamedArrays) => {
    const results = model.fn(p, inputs);
    return Object.fromEntries(Object.keys(model.outputs).map((name) => [name, results[name]!]));
  }) as unknown as ((p: NamedArrays, inputs: NamedArrays) => NamedArrays) & { dispose(): void };
  return {
    params,
    fn: (inputs) => compiled(tree.ref(params) as NamedArrays, inputs),
    dispose: () => {
      compiled.dispose();
      tree.dispose(params);
    },
  };
}

const arrayTypes = { float32: Float32Array, int32: Int32Array, uint32: Uint32Array };

/** Arguments for so many examples, from a source of numbers on [0, 1). */
export function inputsFor(
  { inputs }: Model,
  rows: number,
  uniform: () => number,
): { [name: string]: HostArray } {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape, below }]) => {
      const sizes = shape.map((d) => (d === "batch" ? rows : d));
      const data = new arrayTypes[dtype](sizes.reduce((a, b) => a * b, 1));
      for (let i = 0; i < data.length; i++) data[i] = below * uniform();
      return [name, { shape: sizes, data }];
    }),
  );
}

/** All that a reader of the file alone can know. */
function docOf({ doc, inputs, outputs }: Model): string {
  const lines = [
    ...Object.entries(inputs).map(([name, input]) => `Input ${name}: ${input.doc}`),
    ...Object.entries(outputs).map(([name, text]) => `Output ${name}: ${text}`),
  ];
  return [doc, ...lines].join("\n");
}
