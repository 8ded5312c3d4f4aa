import type { NodeModules } from "./node.ts";

/** The part of koffi that this folder uses. It is an optional peer, so its types are not imported. */
export interface Koffi {
  readonly version: string;
  load(path: string): Library;
  /** Where an array lies in the process's memory. */
  address(array: ArrayBufferView): bigint;
  sizeof(type: string): number;
}

export interface Library {
  /** @throws Error if the library has no such function. */
  func(name: string, result: string, parameters: readonly string[]): (...values: number[]) => unknown;
}

const INSTALL = "npm install --ignore-scripts koffi@^3.3.4";
const LEAST: readonly [number, number] = [3, 3];

/** Loads the optional peer, which calls functions of C; else says in a sentence what is wrong and what mends it. */
export function loadKoffi(
  { module, path: paths }: NodeModules,
  name = "koffi",
): { readonly koffi: Koffi; readonly path: string } | { readonly reason: string } {
  const require = module.createRequire(import.meta.url);
  // Beside this package; or in the folder where a command runs that npm keeps in its cache.
  const path = resolved(require, name) ?? resolved(module.createRequire(paths.resolve("package.json")), name);
  if (path === undefined)
    return {
      reason: `The system's BLAS is called through the package koffi, which is not installed; run \`${INSTALL}\`.`,
    };
  let koffi: Koffi;
  try {
    koffi = require(path) as Koffi;
  } catch (error) {
    const line = String((error as Error)?.message ?? error)
      .split("\n")[0]!
      .replace(/\.$/, "");
    return {
      reason: `The package koffi, which calls the system's BLAS, does not load here (${line}); reinstall it with \`${INSTALL}\`.`,
    };
  }
  const [major, minor = 0] = String(koffi.version).split(".").map(Number);
  if (major === LEAST[0] && minor >= LEAST[1]) return { koffi, path };
  return {
    reason: `The system's BLAS is called through koffi ${LEAST.join(".")} or later and below ${LEAST[0] + 1}, and ${koffi.version ?? "an unknown version"} is installed; run \`${INSTALL}\`.`,
  };
}

function resolved(require: { resolve(name: string): string }, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
