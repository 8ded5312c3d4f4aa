import type { Ending, NodeModules } from "./node.ts";
import { probeScript } from "./probe-script.ts";

/** What a library turned out to be. */
export interface FoundBlas {
  /** Name of its function cblas_sgemm. */
  readonly symbol: string;
  /** Name of the function that sets its number of threads. */
  readonly setter?: string;
  readonly maker?: string;
  readonly version?: string;
  readonly kernels?: string;
  /** Whether several threads may call it at the same time. */
  readonly concurrent?: boolean;
  /** Times the speed of a plain loop; measured only where the maker is not known. */
  readonly times: number;
}

/** Why a library can't be used: the end of a sentence that begins with its path. `lasting` if it will be so again. */
export interface Fault {
  readonly fault: string;
  readonly lasting: boolean;
}

/** Our own kernels compute a product this many times as fast as a plain loop; a reference BLAS does it 5 to 8 times. */
const OURS = 33;

/**
 * Tries a library in a child process, so that one that crashes takes only the child down.
 *
 * @param patience milliseconds after which the child is ended.
 */
export function probeLibrary(
  node: NodeModules,
  koffi: string,
  path: string,
  threads: number,
  patience = 10_000,
): Promise<FoundBlas | Fault> {
  const { NODE_OPTIONS: _, ...env } = node.process.env;
  const options = {
    timeout: patience,
    killSignal: "SIGKILL",
    windowsHide: true,
    // Where it crashes, it may leave its memory in a file.
    cwd: node.os.tmpdir(),
    // A program of Electron's is Node with this.
    env: { ...env, ELECTRON_RUN_AS_NODE: "1" },
  };
  const command = ["--input-type=commonjs", "-e", probeScript, "--", koffi, path, String(threads)];
  return new Promise((resolve) => {
    const done = (error: Ending | null, output: string) => resolve(verdict(error, output, patience));
    try {
      node.child.execFile(node.process.execPath, command, options, done);
    } catch (error) {
      done(error as Ending, "");
    }
  });
}

/** Reads what a child wrote and how it ended. */
function verdict(error: Ending | null, output: string, patience: number): FoundBlas | Fault {
  const lines = [...output.matchAll(/^hardgrad:(\w+):(.*)$/gm)].map(([, kind, value]) => ({
    kind,
    value: JSON.parse(value!),
  }));
  const last = (kind: string) => lines.findLast((line) => line.kind === kind)?.value;
  const stage: string | undefined = last("stage");
  const fault: [string, string?] | undefined = last("fault");
  const found: FoundBlas | undefined = last("found");
  if (fault) return { fault: inWords(...fault), lasting: true };
  if (error?.killed)
    return {
      fault: `did not answer within ${patience / 1000} s when it was tried`,
      lasting: false,
    };
  if (!stage)
    return {
      fault: `could not be tried in a process of its own (${error?.message.split("\n")[0]})`,
      lasting: false,
    };
  if (error || !found) {
    const when = { load: "when it is loaded", call: "when it computes", end: "when its process ends" }[stage];
    return {
      fault: `crashes ${when} (${error?.signal ?? `exit status ${error?.code ?? 0}`})`,
      lasting: true,
    };
  }
  if (!found.maker && found.times < OURS)
    return {
      fault: `is of an unknown make and slower than our own kernels (${found.times.toFixed(0)} times a plain loop, they ${OURS} times)`,
      lasting: true,
    };
  return found;
}

function inWords(kind: string, detail = ""): string {
  switch (kind) {
    case "load":
      return `does not load (${detail})`;
    case "symbol":
      return "is not a BLAS: it has no function cblas_sgemm";
    case "numbers":
      return `computes wrong numbers on this processor (a product of ${detail})`;
    default:
      return "changes how this process computes with the smallest numbers";
  }
}
