import { checkThreads, startHelpers } from "../helpers.ts";
import { refuse } from "./check.ts";
import type { Circuit } from "./circuit.ts";
import { readCircuitFile } from "./file.ts";
import * as L from "./layout.ts";
import { type CircuitMachine, createCircuitMachine } from "./machine.ts";

/** Images, one after the other: bytes as they are in a file, or float32. */
export type Pixels = Uint8Array | Uint8ClampedArray | Float32Array;

/** A circuit that runs. */
export interface CircuitRuntime {
  /** Length of one image. */
  readonly inputs: number;
  readonly classes: number;
  readonly meta: { readonly [key: string]: unknown };
  /**
   * The class of each image: the one with the highest score, the first of equals.
   *
   * @throws RangeError for a length that is no multiple of `inputs`, and for numbers that are not finite.
   */
  classify(pixels: Pixels): Uint16Array<ArrayBuffer>;
  /**
   * Scores `[images * classes]`.
   *
   * @throws RangeError as `classify`.
   */
  scores(pixels: Pixels): Uint32Array<ArrayBuffer>;
}

/** A circuit that runs on several threads. */
export interface ThreadedCircuitRuntime extends CircuitRuntime {
  readonly threads: number;
  /** Ends the workers; afterwards everything runs on the calling thread. */
  close(): void;
}

/**
 * Loads a circuit: 128 images at a time, one bit each of a vector. The same in Node and in browsers.
 *
 * @param file the bytes of a runtime file that holds a circuit, or a circuit.
 * @throws RuntimeFileError or CircuitError, in one sentence, for what can't be used.
 * @example
 * const runtime = await loadCircuit(circuit);
 * const classes = runtime.classify(new Uint8Array(3 * runtime.inputs)); // of three images
 */
export async function loadCircuit(file: Uint8Array | Circuit): Promise<CircuitRuntime> {
  const circuit = circuitOf(file);
  const machine = await createCircuitMachine(circuit, 1, L.IMAGES, false);
  const [, program, scratch, input, output] = machine.places[0]!;
  return runtimeOf(circuit, machine, L.IMAGES, (images) =>
    machine.kernels.run(program, scratch, input, output, images),
  );
}

/**
 * Like loadCircuit, with workers that share the memory. Batches of more than 128 images are split.
 *
 * @param options.threads that compute, the calling one included (default 2).
 * @throws Error in a page that is not cross-origin isolated, in one sentence.
 * @example
 * const runtime = await loadThreadedCircuit(circuit, { threads: 2 });
 * const classes = runtime.classify(new Uint8Array(1000 * runtime.inputs));
 * runtime.close();
 */
export async function loadThreadedCircuit(
  file: Uint8Array | Circuit,
  options: { readonly threads?: number } = {},
): Promise<ThreadedCircuitRuntime> {
  const { threads = 2 } = options;
  checkThreads("loadThreadedCircuit", "loadCircuit", threads);
  const circuit = circuitOf(file);
  const slab = L.IMAGES * threads * 8;
  const machine = await createCircuitMachine(circuit, threads, slab, true);
  const helpers = await startHelpers(machine.module, machine.memory, machine.places);
  const runtime = runtimeOf(circuit, machine, slab, (images) =>
    helpers.run(images, L.IMAGES, images <= L.IMAGES, () => machine.kernels.share(...machine.places[0]!)),
  );
  return { ...runtime, threads, close: helpers.close };
}

function circuitOf(file: Uint8Array | Circuit): Circuit {
  if (file instanceof Uint8Array) return readCircuitFile(file);
  if (typeof file === "string") refuse("it is a text; read it with readCircuitJson");
  return file;
}

/** @param run runs what lies in the input area. */
function runtimeOf(
  { inputs, classes, meta = {} }: Circuit,
  machine: CircuitMachine,
  slab: number,
  run: (images: number) => void,
): CircuitRuntime {
  const { memory, places, kernels } = machine;
  const [, , , input, output] = places[0]!;
  const areas = {
    bytes: new Uint8Array(memory.buffer, input, slab * inputs),
    floats: new Float32Array(memory.buffer, input, slab * inputs),
  };
  const outputs = {
    classes: new Uint16Array(memory.buffer, output, slab),
    scores: new Uint32Array(memory.buffer, output, slab * classes.length),
  };
  const forEachSlab = (name: string, pixels: Pixels, take: (first: number, images: number) => void): void => {
    const floats = pixels instanceof Float32Array;
    const images = countImages(name, pixels, inputs);
    machine.prepare(floats, name === "scores");
    for (let first = 0; first < images; first += slab) {
      const count = Math.min(slab, images - first);
      const part = count === images ? pixels : pixels.subarray(first * inputs, (first + count) * inputs);
      if (floats) {
        areas.floats.set(part);
        if (!kernels.allFinite(input, part.length)) refuseNumbers(name, pixels, inputs);
      } else areas.bytes.set(part);
      run(count);
      take(first, count);
    }
  };
  return {
    inputs,
    classes: classes.length,
    meta,
    classify(pixels) {
      const result = new Uint16Array(countImages("classify", pixels, inputs));
      forEachSlab("classify", pixels, (first, images) =>
        result.set(outputs.classes.subarray(0, images), first),
      );
      return result;
    },
    scores(pixels) {
      const result = new Uint32Array(countImages("scores", pixels, inputs) * classes.length);
      forEachSlab("scores", pixels, (first, images) =>
        result.set(outputs.scores.subarray(0, images * classes.length), first * classes.length),
      );
      return result;
    },
  };
}

function countImages(name: string, pixels: Pixels, inputs: number): number {
  const known = [Uint8Array, Uint8ClampedArray, Float32Array].some((type) => pixels instanceof type);
  if (!known) throw new TypeError(`${name}: pixels must be a Uint8Array or a Float32Array.`);
  if (pixels.length % inputs !== 0)
    throw new RangeError(
      `${name}: ${pixels.length} numbers given, but one image has ${inputs}: give a whole number of images.`,
    );
  return pixels.length / inputs;
}

function refuseNumbers(name: string, pixels: Pixels, inputs: number): never {
  const at = pixels.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(
    `${name}: image ${Math.floor(at / inputs)} holds ${pixels[at]} at position ${at % inputs}, but pixels must be finite.`,
  );
}
