import type { NodeModules } from "./node.ts";
import type { Fault, FoundBlas } from "./probe.ts";
import { processorId } from "./processor.ts";

/** Changes with what is tried and what is kept of it. */
const FORM = 2;

/** Environment variables on which it depends what a library does. */
const RELEVANT = /^(OPENBLAS|GOTO|OMP|GOMP|KMP|MKL|BLIS|LD|DYLD)_/;

/** What came of trying libraries, kept in the user's cache folder: a file for each, named after it. */
export interface Verdicts {
  /** What was found earlier of this library (path, time and size), on this processor and in this environment. */
  read(path: string): FoundBlas | Fault | undefined;
  /** Does nothing where the folder can't be written: libraries are tried each time then. */
  write(path: string, verdict: FoundBlas | Fault): void;
}

export function keptVerdicts(node: NodeModules, koffiVersion: string): Verdicts {
  const { fs, os, path: paths } = node;
  const { env, platform, arch } = node.process;
  const folder = paths.join(cacheFolder(node), "hardgrad", "blas");
  const settings = Object.entries(env).filter(([name]) => RELEVANT.test(name));
  const here = [FORM, koffiVersion, platform, arch, processorId(node), settings.sort()];

  const fileOf = (path: string) => paths.join(folder, `${path.replace(/[^\w.-]+/g, "_").slice(-200)}.json`);
  const identity = (path: string) => {
    const file = fs.statSync(path, { throwIfNoEntry: false });
    const library = file ? [fs.realpathSync(path), file.mtimeMs, file.size] : [path, os.release()];
    return JSON.stringify([...library, ...here]);
  };
  return {
    read(path) {
      try {
        const { key, verdict } = JSON.parse(fs.readFileSync(fileOf(path), "utf8"));
        if (key === identity(path)) return verdict;
      } catch {}
      return undefined;
    },
    write(path, verdict) {
      const file = fileOf(path);
      // Under another name first: a second process may be reading.
      const draft = `${file}.${Math.random().toString(36).slice(2)}`;
      try {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(draft, JSON.stringify({ key: identity(path), verdict }));
        fs.renameSync(draft, file);
      } catch {}
    },
  };
}

function cacheFolder({ process: { env, platform }, os, path }: NodeModules): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (platform === "win32" && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  return path.join(os.homedir(), platform === "darwin" ? "Library/Caches" : ".cache");
}
