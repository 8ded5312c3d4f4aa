import { growInSteps } from "./memory-growth.ts";

/** What jax-js's wasm backend gives to each of its kernels: the memory they work on, and nothing else. */
type KernelImports = { readonly env: { readonly memory: WebAssembly.Memory } };

let installed = false;

/**
 * Lets calls of the same jax-js kernel share one WebAssembly instance. jax-js 0.1.25 makes a new one for every call,
 * which costs more than a small kernel itself, and it has no place to change that but the constructor it calls.
 *
 * A kernel has no state that an instance could hold: it imports the memory, exports one function, `kernel`, and declares
 * no globals, tables or data. Modules of any other form, and subclasses, get instances of their own as before.
 *
 * The instances live as long as the memory, which then grows in steps: `growInSteps`.
 */
export function shareKernelInstances(): void {
  if (installed) return;
  installed = true;
  const kernels = new WeakMap<WebAssembly.Module, boolean>();
  const instances = new WeakMap<WebAssembly.Module, WeakMap<WebAssembly.Memory, WebAssembly.Instance>>();

  const isKernel = (module: WebAssembly.Module): boolean => {
    const known = kernels.get(module);
    if (known !== undefined) return known;
    const [first, ...others] = WebAssembly.Module.exports(module);
    const kernel = first?.name === "kernel" && first.kind === "function" && others.length === 0;
    kernels.set(module, kernel);
    return kernel;
  };

  const shared: typeof WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, args: [WebAssembly.Module, unknown?], newTarget) {
      const [module, imports] = args;
      if (newTarget !== shared || !onlyMemory(imports) || !isKernel(module))
        return Reflect.construct(Instance, args, newTarget);
      const { memory } = imports.env;
      growInSteps(memory);
      const byMemory = instances.get(module) ?? new WeakMap();
      instances.set(module, byMemory);
      const instance = byMemory.get(memory) ?? new Instance(module, imports);
      byMemory.set(memory, instance);
      return instance;
    },
  });
  WebAssembly.Instance = shared;
}

function onlyMemory(imports: unknown): imports is KernelImports {
  const { env, ...rest } = (imports ?? {}) as { env?: { memory?: unknown } };
  const { memory, ...others } = env ?? {};
  return (
    memory instanceof WebAssembly.Memory && Object.keys(rest).length === 0 && Object.keys(others).length === 0
  );
}
