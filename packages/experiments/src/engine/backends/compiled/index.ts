import {
  type CompiledFunction,
  compileFunction,
  type Products,
  type Stepper,
  signatureOf,
} from "@hardgrad/compiler";
import { LoweringError } from "@hardgrad/onnx";
import { defaultDevice, init } from "@jax-js/jax";
import type { Backend, HostArray, HostArrays } from "../../../contract/backend.ts";
import { jaxBackend } from "../jax.ts";
import { CompiledResident } from "./resident.ts";

/**
 * Runs functions as WebAssembly programs. A function with a part that has no kernel runs on jax-js's wasm instead.
 *
 * @param notice told when that happens, and why.
 */
export async function compiledBackend(
  products: Products,
  notice: (sentence: string) => void = () => undefined,
): Promise<Backend> {
  // Tracing needs a device of jax-js for the constants of a function; and it is where other functions run.
  await init("wasm");
  defaultDevice("wasm");
  const jax = jaxBackend("wasm");

  /** The function compiled for the shapes of a call; undefined if it runs on jax-js. */
  const compiler = (fn: Stepper) => {
    const byShapes = new Map<string, CompiledFunction | undefined>();
    return ({ arrays }: CompiledResident, inputs: HostArrays): CompiledFunction | undefined => {
      const key = `${arrays.signature}|${signatureOf(inputs)}`;
      if (byShapes.has(key)) return byShapes.get(key);
      let compiled: CompiledFunction | undefined;
      try {
        compiled = compileFunction(fn, arrays, inputs);
      } catch (error) {
        if (!(error instanceof LoweringError)) throw error;
        notice(
          `a function of this run can't be compiled and runs on jax-js instead, slower: ${error.message}`,
        );
      }
      byShapes.set(key, compiled);
      return compiled;
    };
  };

  return {
    device: products.device,
    products: products.name,
    threads: products.threads,
    ...(products.faster === undefined ? {} : { faster: products.faster }),
    put: (arrays) => new CompiledResident(products, jax, arrays),
    update: (fn) => {
      const compiledFor = compiler((resident, inputs) => ({ state: fn(resident, inputs) }));
      const fallback = jax.update(fn);
      return async (resident, inputs) => {
        const held = resident as CompiledResident;
        const compiled = compiledFor(held, inputs);
        if (!compiled) return held.onJax((there) => fallback(there, inputs), true);
        await held.home();
        if (!held.loaded.has(compiled)) await held.load(compiled);
        compiled.run(held.arrays, inputs);
      };
    },
    evaluate: (fn) => {
      const compiledFor = compiler((resident, inputs) => ({ results: fn(resident, inputs) }));
      const fallback = jax.evaluate(fn);
      return async (resident, inputs) => {
        const held = resident as CompiledResident;
        const compiled = compiledFor(held, inputs);
        if (compiled) {
          await held.home();
          return compiled.run(held.arrays, inputs);
        }
        let results: { [name: string]: HostArray } = {};
        await held.onJax(async (there) => {
          results = await fallback(there, inputs);
        }, false);
        return results;
      };
    },
  };
}
