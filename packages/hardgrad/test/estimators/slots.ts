import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

interface Backend {
  malloc(...args: unknown[]): number;
  incRef(slot: number): void;
  decRef(slot: number): void;
}

/**
 * How many buffers of the wasm backend are held. jax-js has no count of its own, so its backend's three functions that
 * take and give back buffers are watched; an array that is neither consumed nor disposed keeps at least one.
 */
export async function watchSlots(): Promise<() => number> {
  const index = createRequire(import.meta.url)
    .resolve("@jax-js/jax")
    .replace(/\.cjs$/, ".js");
  const found = /import \{[^}]*?(\S+) as getBackend[^}]*\} from "(\.\/backend-[^"]+)"/.exec(
    readFileSync(index, "utf8"),
  );
  if (!found) throw new Error("jax-js keeps its backend elsewhere now: adapt this helper.");
  const module = await import(pathToFileURL(join(dirname(index), found[2]!)).href);
  const backend = module[found[1]!]("wasm") as Backend;
  const held = new Map<number, number>();
  const own = { malloc: backend.malloc, incRef: backend.incRef, decRef: backend.decRef };
  const change = (slot: number, by: number): void => {
    const count = (held.get(slot) ?? 0) + by;
    if (count > 0) held.set(slot, count);
    else held.delete(slot);
  };
  backend.malloc = (...args) => {
    const slot = own.malloc.apply(backend, args);
    held.set(slot, 1);
    return slot;
  };
  backend.incRef = (slot) => {
    own.incRef.call(backend, slot);
    if (held.has(slot)) change(slot, 1);
  };
  backend.decRef = (slot) => {
    own.decRef.call(backend, slot);
    if (held.has(slot)) change(slot, -1);
  };
  return () => held.size;
}
