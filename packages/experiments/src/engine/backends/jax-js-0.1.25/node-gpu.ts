/** What we use of the package `webgpu` (Dawn), which is an optional peer. */
interface Dawn {
  readonly globals: object;
  create(flags: readonly string[]): object;
}

/**
 * Gives Node what browsers have, `navigator.gpu`, from the optional peer `webgpu`. Does nothing in a browser.
 * jax-js looks for it when it is told to `init("webgpu")`, not before.
 *
 * @throws RangeError if the package is not installed, or has no build for this machine.
 */
export async function provideGpu(): Promise<void> {
  const host = globalThis as {
    navigator?: { userAgent: string; gpu?: object };
    process?: { versions?: { node?: string } };
  };
  if (host.navigator?.gpu || !host.process?.versions?.node) return;
  const { globals, create } = await loadDawn();
  Object.assign(globalThis, globals);
  const gpu = { value: create([]), configurable: true };
  if (host.navigator) Object.defineProperty(host.navigator, "gpu", gpu);
  // Node 20 has no navigator; jax-js asks it for the name of the browser.
  else host.navigator = Object.defineProperty({ userAgent: "Node.js" }, "gpu", gpu);
}

async function loadDawn(): Promise<Dawn> {
  const name = "webgpu"; // not a literal in the import, so that bundlers for browsers let it be
  try {
    return (await import(/* @vite-ignore */ name)) as Dawn;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_MODULE_NOT_FOUND")
      throw new RangeError(
        "device webgpu needs the package webgpu in Node, which is not installed; run: npm install webgpu, or use --device wasm.",
      );
    throw new RangeError(
      `device webgpu: the package webgpu failed to load (${(error as Error).message.split("\n")[0]}); use --device wasm or --device native.`,
    );
  }
}
