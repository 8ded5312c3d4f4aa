import { type MemoryType, ModuleBuilder } from "@hardgrad/onnx/graph";
import type { Multiply } from "../product-form.ts";
import { multiplyFunction, scratchBytesPerThread } from "./blocks.ts";
import type { PanelKernels } from "./panel.ts";

/** What a module of products depends on. */
export interface MultiplyModuleOptions extends MemoryType, PanelKernels {}

/** Where products have their own memory. */
export interface MultiplyOptions extends MultiplyModuleOptions {
  /** The address of `scratchBytes(threads)` bytes for nobody else, a multiple of 64. */
  readonly scratch: number;
}

/** The bytes that products on so many threads need for copies: half a megabyte for each. */
export const scratchBytes = (threads: number): number => threads * scratchBytesPerThread;

const modules = new Map<string, WebAssembly.Module>();

/**
 * The module that computes products. It imports the memory as `m.m` and the address of its scratch memory as the global
 * `m.scratch`, and exports `multiply`, a `Multiply`: any sizes and strides, matrices inside the memory.
 *
 * Each thread computes its columns or rows by itself, with its own part of the scratch memory: no thread waits for
 * another within a product, and the bits are those of one thread.
 */
export function multiplyModule(options: MultiplyModuleOptions): WebAssembly.Module {
  const { fused, shared, maximum } = options;
  const key = [fused, shared, maximum].join();
  const known = modules.get(key);
  if (known) return known;
  const builder = new ModuleBuilder({
    ...(shared === undefined ? {} : { shared }),
    ...(maximum === undefined ? {} : { maximum }),
  });
  multiplyFunction(builder, options);
  const module = new WebAssembly.Module(builder.bytes());
  modules.set(key, module);
  return module;
}

/**
 * Products on a memory.
 *
 * @example
 * const memory = new WebAssembly.Memory({ initial: 32 });
 * const multiply = createMultiply(memory, { scratch: 2 ** 20, fused: useRelaxed() });
 * multiply(2, 3, 4, 64, 4, 1, 128, 3, 1, 256, 3, 0, 0, 1); // C at 256 = A at 64 times B at 128
 */
export function createMultiply(memory: WebAssembly.Memory, options: MultiplyOptions): Multiply {
  const imports = { m: { m: memory, scratch: options.scratch } };
  return new WebAssembly.Instance(multiplyModule(options), imports).exports.multiply as Multiply;
}
