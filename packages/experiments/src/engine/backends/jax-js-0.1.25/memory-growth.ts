const PAGE = 2 ** 16;
/** 16 MiB in pages. */
const LEAST = 256;

/**
 * Lets jax-js's memory grow by a quarter of itself, at least by 16 MiB. jax-js 0.1.25 asks for the pages of each new array
 * as it comes, and an engine visits every kernel of a memory each time that the memory grows: with a thousand kernels that
 * took a tenth of a run of many shapes. Pages that nobody has written take no room on the machine.
 */
export function growInSteps(memory: WebAssembly.Memory): void {
  if (Object.hasOwn(memory, "grow")) return;
  const native = WebAssembly.Memory.prototype.grow.bind(memory);
  const grow = (pages: number): number => {
    if (!(pages > 0)) return native(pages);
    try {
      return native(Math.max(pages, LEAST, Math.floor(memory.buffer.byteLength / PAGE / 4)));
    } catch {
      return native(pages); // near the memory's maximum
    }
  };
  Object.defineProperty(memory, "grow", { value: grow });
}
