import { LoweringError } from "@hardgrad/onnx";
import { defaultDevice, init } from "@jax-js/jax";
import type { Backend, HostArray, HostArrays } from "../../../contract/backend.ts";
import type { DeviceOptions } from "../device.ts";
import { jaxBackend } from "../jax.ts";
import { type Compiled, compileEvaluation, compileUpdate, type TracedFunction } from "./compile.ts";
import { loadOnnxRuntime } from "./onnxruntime.ts";
import { NativeResident, signatureOf } from "./resident.ts";

/**
 * Runs compiled functions as ONNX models in onnxruntime-node, on this machine's CPU. A function that has no ONNX form
 * runs on jax-js's wasm instead.
 *
 * @throws RangeError if onnxruntime-node is not installed or its version is not supported.
 */
export async function nativeBackend(options: DeviceOptions = {}): Promise<Backend> {
  const { threads = 0, notice } = options;
  const runtime = await loadOnnxRuntime();
  // Tracing needs a device of jax-js for the constants of a function; and it is where other functions run.
  await init("wasm");
  defaultDevice("wasm");
  const jax = jaxBackend("wasm");

  /** The function compiled for the shapes of a call; undefined if it runs on jax-js. */
  const compiler = (fn: TracedFunction, compile: typeof compileUpdate) => {
    const byShapes = new Map<string, Promise<Compiled | undefined>>();
    return (resident: NativeResident, inputs: HostArrays): Promise<Compiled | undefined> => {
      const key = `${resident.signature}|${signatureOf(inputs)}`;
      let compiled = byShapes.get(key);
      if (!compiled) {
        compiled = compile(runtime, fn, resident, inputs, threads).catch((error: Error) => {
          if (!(error instanceof LoweringError)) throw error;
          notice?.(`a function of this run has no native form and runs on wasm instead: ${error.message}`);
          return undefined;
        });
        byShapes.set(key, compiled);
      }
      return compiled;
    };
  };

  return {
    device: "native",
    put: (arrays) => new NativeResident(runtime, jax, arrays),
    update: (fn) => {
      const compiledFor = compiler(fn, compileUpdate);
      const fallback = jax.update(fn);
      return async (resident, inputs) => {
        const held = resident as NativeResident;
        const compiled = await compiledFor(held, inputs);
        if (!compiled) return held.onJax((there) => fallback(there, inputs), true);
        await held.home();
        await compiled(held, inputs);
      };
    },
    evaluate: (fn) => {
      const compiledFor = compiler(fn, compileEvaluation);
      const fallback = jax.evaluate(fn);
      return async (resident, inputs) => {
        const held = resident as NativeResident;
        const compiled = await compiledFor(held, inputs);
        if (!compiled) {
          let results: { [name: string]: HostArray } = {};
          await held.onJax(async (there) => {
            results = await fallback(there, inputs);
          }, false);
          return results;
        }
        await held.home();
        const tensors = await compiled(held, inputs);
        return Object.fromEntries(
          Object.entries(tensors).map(([name, { dims, data }]) => [name, { shape: dims, data }]),
        );
      };
    },
  };
}
