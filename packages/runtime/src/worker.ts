/** What a thread needs to know: the addresses of the control block, the program, its scratch, the inputs and outputs. */
export type ThreadAddresses = [
  control: number,
  program: number,
  scratch: number,
  input: number,
  output: number,
];

/** The same few lines in Node and in a page: everything else is in the kernels. */
const source = `
async function serve({ module, memory, place }, ready) {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  ready();
  exports.serve(...place);
}
if (typeof self === "object" && typeof importScripts === "function")
  self.onmessage = ({ data }) => serve(data, () => self.postMessage("ready"));
else {
  const { parentPort, workerData } = require("node:worker_threads");
  serve(workerData, () => parentPort.postMessage("ready"));
}`;

interface NodeWorker {
  once(event: string, listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): unknown;
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readonly Worker: new (source: string, options: object) => NodeWorker };
  readonly versions?: { readonly node?: string };
}

/** Starts a worker; the promise is kept when it waits for work. */
export async function startWorker(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  place: ThreadAddresses,
): Promise<{ terminate(): unknown }> {
  const job = { module, memory, place };
  const { process } = globalThis as unknown as { readonly process?: NodeProcess };
  if (process?.versions?.node && process.getBuiltinModule) {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(source, { eval: true, workerData: job });
    await new Promise<unknown>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    worker.unref();
    return worker;
  }
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  await new Promise<unknown>((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => reject(new Error(`loadThreaded: a worker did not start: ${event.message}.`));
    worker.postMessage(job);
  });
  URL.revokeObjectURL(url);
  return worker;
}
