import type { Node } from "./node.ts";
import type { Fault, Found } from "./probe.ts";
import { processorId } from "./processor.ts";

/** Environment variables on which it depends what a library does. */
const RELEVANT = /^(OPENBLAS|GOTO|OMP|GOMP|KMP|MKL|BLIS|LD|DYLD)_/;

/**
 * A file in the user's cache folder that holds what came of trying a library: one for each library (path, time and
 * size), processor and environment. Without a folder to write to, libraries are tried each time.
 */
export function verdictFile(node: Node, koffi: string, path: string): string {
  const { env, platform, arch } = node.process;
  const file = node.fs.statSync(path, { throwIfNoEntry: false });
  const identity = file ? [node.fs.realpathSync(path), file.mtimeMs, file.size] : [path, node.os.release()];
  const settings = Object.entries(env).filter(([name]) => RELEVANT.test(name));
  const text = JSON.stringify([FORM, koffi, platform, arch, identity, settings.sort(), processorId(node)]);
  const name = node.crypto.createHash("sha256").update(text).digest("hex").slice(0, 24);
  return node.path.join(cacheFolder(node), `${name}.json`);
}

/** Changes with what is tried and what is kept of it. */
const FORM = 1;

function cacheFolder({ process: { env, platform }, os, path }: Node): string {
  const own =
    platform === "darwin"
      ? path.join(os.homedir(), "Library/Caches")
      : (platform === "win32" && env.LOCALAPPDATA) || path.join(os.homedir(), ".cache");
  return path.join(env.XDG_CACHE_HOME || own, "hardgrad/blas");
}

/** What was found earlier; undefined if nothing was, or the file is damaged. */
export function readVerdict({ fs }: Node, file: string): Found | Fault | undefined {
  try {
    const verdict = JSON.parse(fs.readFileSync(file, "utf8"));
    if (typeof verdict.symbol === "string" || typeof verdict.fault === "string") return verdict;
  } catch {}
  return undefined;
}

/** Keeps what was found, if the folder can be written. */
export function writeVerdict({ fs, path }: Node, file: string, verdict: Found | Fault): void {
  try {
    fs.mkdirSync(path.join(file, ".."), { recursive: true });
    // Under another name first: a second process may be reading.
    const draft = `${file}.${Math.random().toString(36).slice(2)}`;
    fs.writeFileSync(draft, JSON.stringify(verdict));
    fs.renameSync(draft, file);
  } catch {}
}
