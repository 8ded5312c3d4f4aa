import { applyCosts, type Costs } from "./costs.ts";
import { type LayerReport, tallyLayers } from "./explain.ts";
import { networkOf } from "./file.ts";
import type { Network } from "./layers.ts";
import { CHUNK } from "./layout.ts";
import { createMachine, type Machine } from "./machine.ts";
import { type Path, paths } from "./paths.ts";

/** Options of `loadRuntime`. */
export interface RuntimeOptions {
  /** Costs of the kernels, as `measureCosts` gives them (default: measured once per process, about 30 milliseconds). */
  readonly costs?: Costs;
  /** Forces a path for every layer, to measure or test it (default `"auto"`: the cheapest by the costs). */
  readonly path?: Path;
}

/** A network that runs. */
export interface Runtime {
  /** Length of one input, and of one output. */
  readonly inputs: number;
  readonly outputs: number;
  readonly meta: { readonly [key: string]: unknown };
  /**
   * Outputs `[batch * outputs]` of inputs `[batch * inputs]`.
   *
   * @throws RangeError for a length that is no multiple of `inputs`, and for NaN and infinite inputs.
   */
  forward(x: Float32Array): Float32Array<ArrayBuffer>;
  /** Which paths the layers took and how many gates were open for these inputs. */
  explain(x: Float32Array): LayerReport[];
}

/**
 * Loads a runtime file (or a network that was just made). Works the same in Node and in browsers, without any dependency.
 *
 * @throws RuntimeFileError for a file that can't be used, in one sentence, before memory is asked for.
 * @example
 * const runtime = await loadRuntime(new Uint8Array(readFileSync("network.hardgrad")));
 * const probabilities = runtime.forward(new Float32Array(runtime.inputs));
 */
export async function loadRuntime(
  file: Uint8Array | Network,
  options: RuntimeOptions = {},
): Promise<Runtime> {
  const read = networkOf(file, "loadRuntime");
  const machine = await createMachine(read, checkPath(options), 1, CHUNK, false);
  await applyCosts(machine, options.costs, false);
  return createRuntime(machine, read.network.meta ?? {}, CHUNK, (examples) => runHere(machine, examples));
}

/** Runs at most 64 examples on the calling thread; false if one of them is not finite. */
export function runHere({ kernels, placement }: Machine, examples: number): boolean {
  return kernels.run(placement.program, placement.scratch, placement.input, placement.output, examples) < 0;
}

export function checkPath({ path = "auto" }: RuntimeOptions): Path {
  if (!paths.includes(path))
    throw new RangeError(`path is ${String(path)}, but must be one of ${paths.join(", ")}.`);
  return path;
}

/**
 * @param slab how many examples go through the memory at once.
 * @param run runs what lies in the input area; false if an example is not finite.
 */
export function createRuntime(
  machine: Machine,
  meta: { readonly [key: string]: unknown },
  slab: number,
  run: (examples: number) => boolean,
): Runtime {
  const { memory, placement } = machine;
  const inputs = placement.values[0]!.length;
  const outputs = placement.values.at(-1)!.length;
  const input = new Float32Array(memory.buffer, placement.input, slab * inputs);
  const output = new Float32Array(memory.buffer, placement.output, slab * outputs);
  return {
    inputs,
    outputs,
    meta,
    forward(x) {
      const examples = countExamples("forward", x, inputs);
      const result = new Float32Array(examples * outputs);
      for (let first = 0; first < examples; first += slab) {
        const count = Math.min(slab, examples - first);
        input.set(count === examples ? x : x.subarray(first * inputs, (first + count) * inputs));
        if (!run(count)) refuseInput("forward", x, inputs);
        result.set(output.subarray(0, count * outputs), first * outputs);
      }
      return result;
    },
    explain(x) {
      const examples = countExamples("explain", x, inputs);
      const tally = tallyLayers(machine);
      for (let first = 0; first < examples; first += CHUNK) {
        const count = Math.min(CHUNK, examples - first);
        input.set(x.subarray(first * inputs, (first + count) * inputs));
        if (!runHere(machine, count)) refuseInput("explain", x, inputs);
        tally.add(count);
      }
      return tally.reports();
    },
  };
}

function countExamples(name: string, x: Float32Array, inputs: number): number {
  if (!(x instanceof Float32Array)) throw new TypeError(`${name}: inputs must be a Float32Array.`);
  if (x.length === 0 || x.length % inputs !== 0)
    throw new RangeError(
      `${name}: ${x.length} numbers given, but one example has ${inputs}: give a whole number of examples.`,
    );
  return x.length / inputs;
}

function refuseInput(name: string, x: Float32Array, inputs: number): never {
  const at = x.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(
    `${name}: example ${Math.floor(at / inputs)} holds ${x[at]} at position ${at % inputs}, but inputs must be finite.`,
  );
}
