import { type CSgemm, callFrom, scriptFor, sgemmTypes, wholeType } from "./call.ts";
import { type Koffi, loadKoffi } from "./koffi.ts";
import { type NodeModules, nodeModules } from "./node.ts";
import { ACCELERATE, findLibraries, howToInstall } from "./places.ts";
import { type Fault, type FoundBlas, probeLibrary } from "./probe.ts";
import { coresAvailable } from "./processor.ts";
import type { Sgemm } from "./sgemm.ts";
import { keptVerdicts } from "./verdicts.ts";

/** The system's library of matrix products. */
export interface Blas {
  /** For example "OpenBLAS 0.3.21, Haswell kernels". */
  readonly name: string;
  readonly path: string;
  /** Threads of a program whose parts of a product it computes at the same time, or its own for large products. */
  readonly threads: number;
  /**
   * Whether several threads may call it at the same time: JavaScript for the others, the body of a function of
   * `(memory, require)` that returns `{ sgemm }`. Each call is computed by one thread then.
   */
  readonly elsewhere?: string;
  /** Products on the memory of a program, without a copy; it may grow. */
  sgemmOn(memory: WebAssembly.Memory): Sgemm;
}

/** Why there is no BLAS. */
export interface NoBlas {
  /** A sentence: what is missing or wrong, and the command or the setting that mends it. */
  readonly reason: string;
}

export interface BlasOptions {
  /** At least 1 (default: the cores that this process may use). */
  readonly threads?: number;
}

/**
 * Finds the system's BLAS: OpenBLAS, BLIS, MKL, Accelerate on macOS, or any other that is faster than our own kernels;
 * or the library whose path is in the environment variable HARDGRAD_BLAS. Node only; it needs the package koffi.
 *
 * A library is tried in a child process before it is used for the first time, and what came of it is kept in the user's
 * cache folder: one that crashes, hangs, computes wrong numbers or isn't a BLAS is a reason, and takes nothing down.
 *
 * @throws RangeError if threads is not a whole number from 1, or HARDGRAD_BLAS is not the path of a file.
 * @example
 * const blas = await loadBlas();
 * if ("reason" in blas) console.error(blas.reason);
 * else console.log(blas.name, blas.threads); // OpenBLAS 0.3.21, Haswell kernels 2
 */
export async function loadBlas(options: BlasOptions = {}): Promise<Blas | NoBlas> {
  const node = nodeModules();
  if (!node) return { reason: "The system's BLAS can be called in Node only." };
  const { threads = coresAvailable(node) } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`loadBlas: threads is ${threads}, but must be a whole number from 1.`);
  const chosen = chosenLibrary(node);
  const loaded = loadKoffi(node);
  if ("reason" in loaded) return loaded;

  const kept = keptVerdicts(node, loaded.koffi.version);
  let reason: string | undefined;
  for (const path of chosen ? [chosen] : findLibraries(node)) {
    let verdict = kept.read(path);
    if (!verdict) {
      verdict = await probeLibrary(node, loaded.path, path, threads);
      if (!("fault" in verdict) || verdict.lasting) kept.write(path, verdict);
    }
    if (!("fault" in verdict))
      try {
        return openBlas(node, loaded, path, verdict, threads);
      } catch (error) {
        verdict = { fault: `does not load (${(error as Error).message.split("\n")[0]})`, lasting: false };
      }
    // Of several that can't be used, the first would have been the best.
    reason ??= inWords(node, path, verdict, chosen !== undefined);
  }
  return { reason: reason ?? `No BLAS was found on this system; ${howToInstall(node)}.` };
}

/** The path in HARDGRAD_BLAS. */
function chosenLibrary({ process, path, fs }: NodeModules): string | undefined {
  const { HARDGRAD_BLAS: given } = process.env;
  if (!given) return undefined;
  const full = path.resolve(given);
  if (full === ACCELERATE || fs.statSync(full, { throwIfNoEntry: false })?.isFile()) return full;
  throw new RangeError(
    `HARDGRAD_BLAS is "${given}", but must be the path of a library, and there is no such file; correct it, or unset it.`,
  );
}

function inWords(node: NodeModules, path: string, { fault }: Fault, chosen: boolean): string {
  if (chosen) return `The library ${path} of HARDGRAD_BLAS ${fault}; set it to another one, or unset it.`;
  const kernels = /openblas/.test(path) && /crashes|wrong numbers/.test(fault);
  const way = kernels
    ? "set OPENBLAS_CORETYPE to an older processor (for example Haswell), or HARDGRAD_BLAS to the path of another library"
    : howToInstall(node);
  return `The library ${path} ${fault}; ${way}.`;
}

/** Loads a library that was found to be a BLAS into this process. */
function openBlas(
  { process }: NodeModules,
  { koffi, path: koffiPath }: { readonly koffi: Koffi; readonly path: string },
  path: string,
  found: FoundBlas,
  threads: number,
): Blas {
  const { symbol, setter, maker = "BLAS of an unknown make", version, kernels } = found;
  // Accelerate reads it when it is loaded.
  if (path === ACCELERATE) process.env.VECLIB_MAXIMUM_THREADS ??= String(threads);
  const library = koffi.load(path);
  const call = library.func(symbol, "void", sgemmTypes(koffi)) as CSgemm;
  const set = setter ? library.func(setter, "void", [wholeType(koffi)]) : () => {};
  // Accelerate knows only: one, or as many as it likes.
  const [one, several] = setter === "BLASSetThreading" ? [1, 0] : [1, threads];
  if (found.concurrent) set(one);
  return {
    name: `${[maker, version].filter(Boolean).join(" ")}${kernels ? `, ${kernels} kernels` : ""}`,
    path,
    threads: setter || path === ACCELERATE ? threads : 1,
    ...(found.concurrent && { elsewhere: scriptFor(koffi, koffiPath, path, found) }),
    sgemmOn: (memory) =>
      callFrom(
        memory,
        call,
        (array) => Number(koffi.address(array)),
        found.concurrent ? undefined : (large) => set(large ? several : one),
      ),
  };
}
