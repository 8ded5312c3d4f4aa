/** What the WebAssembly module exports. */
export interface Kernels {
  run(program: number, scratch: number, input: number, output: number, m: number): number;
  listBytes(width: number, groups: number): number;
  share(control: number, program: number, scratch: number, input: number, output: number): void;
}

interface Compiled {
  readonly module: WebAssembly.Module;
  /** An instance with next to no memory, to ask how much is needed. */
  readonly asked: Kernels;
}

const compiled = new Map<boolean, Promise<Compiled>>();

/** The kernels: with fused multiply-add where the engine has it; `shared` for a memory that threads share. */
export function compileKernels(shared: boolean): Promise<Compiled> {
  const promise = compiled.get(shared) ?? compile(shared);
  compiled.set(shared, promise);
  return promise;
}

async function compile(shared: boolean): Promise<Compiled> {
  const module = await WebAssembly.compile(await binaryOf(shared));
  return { module, asked: await instantiateKernels(module, createMemory(1, shared)) };
}

/** Whether kernels fuse: settled once, since the engine may learn to meanwhile, and threads must give the bits of one. */
let fuses: boolean | undefined;

/** Each is a module of its own: a page loads what it runs. */
async function binaryOf(shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  if (fuses !== false) {
    const fused = await (shared
      ? import("./kernels/fused-shared.generated.ts")
      : import("./kernels/fused.generated.ts"));
    const binary = decodeModule(fused.code);
    fuses ??= WebAssembly.validate(binary);
    if (fuses) return binary;
  }
  const plain = await (shared
    ? import("./kernels/plain-shared.generated.ts")
    : import("./kernels/plain.generated.ts"));
  return decodeModule(plain.code);
}

export const decodeModule = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** A memory of at least this size. */
export function createMemory(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    throw new RangeError(
      `This network needs ${Math.ceil(bytes / 1e6)} MB of memory, which could not be allocated; use a smaller network.`,
    );
  }
}

export async function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}
