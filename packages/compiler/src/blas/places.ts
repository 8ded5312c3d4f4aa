import type { NodeModules } from "./node.ts";

/**
 * Names of libraries, the best first. OpenBLAS built with threads of its own comes before the serial one (Fedora has
 * both) and the one with OpenMP, whose waiting threads slow down everything else. Generic names come last: behind them
 * is any BLAS, and often the slow reference.
 */
const NAMES: { readonly [platform: string]: readonly string[] } = {
  linux: [
    "libopenblasp.so.0",
    "libopenblas.so.0",
    "libopenblaso.so.0",
    "libblis.so.4",
    "libblis.so.3",
    "libblis-mt.so",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "libcblas.so.3",
    "libblas.so.3",
  ],
  darwin: ["libopenblas.dylib", "libblis.4.dylib", "libmkl_rt.2.dylib"],
  win32: ["libopenblas.dll", "openblas.dll", "libblis.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
};

/** Part of macOS, but not a file there: only the loader knows it. On Apple's processors nothing else is as fast. */
export const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

/** Libraries that may be a BLAS, the best first: those that the system's loader would find, and a few known places. */
export function* findLibraries(node: NodeModules): Generator<string> {
  const { platform } = node.process;
  const cached = platform === "linux" ? loaderCache(node) : "";
  if (platform === "darwin") yield ACCELERATE;
  const seen = new Set<string>();
  for (const name of NAMES[platform] ?? NAMES.linux!)
    for (const path of [
      ...folders(node).map((folder) => node.path.join(folder, name)),
      ...named(cached, name),
    ]) {
      if (!node.fs.statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
      const real = node.fs.realpathSync(path);
      if (!seen.has(real)) yield path;
      seen.add(real);
    }
}

/** The list of libraries that glibc's loader keeps: their paths stand in it as zero-terminated text. */
function loaderCache({ fs }: NodeModules): string {
  try {
    return fs.readFileSync("/etc/ld.so.cache", "latin1");
  } catch {
    return "";
  }
}

function named(cached: string, name: string): string[] {
  const paths: string[] = [];
  const tail = `/${name}\0`;
  for (let at = cached.indexOf(tail); at >= 0; at = cached.indexOf(tail, at + 1))
    paths.push(cached.slice(cached.lastIndexOf("\0", at) + 1, at + tail.length - 1));
  return paths;
}

/** Folders in which a loader looks, and those of Homebrew, Conda and Intel. */
function folders({ process: { platform, env }, path }: NodeModules): string[] {
  const list = (name: string) => (env[name] ?? "").split(path.delimiter).filter(Boolean);
  const under = (name: string, ...parts: string[]) =>
    env[name] ? parts.map((part) => path.join(env[name]!, part)) : [];
  if (platform === "win32")
    return [...list("PATH"), ...under("CONDA_PREFIX", "Library/bin"), ...under("MKLROOT", "bin")];
  if (platform === "darwin")
    return [
      ...list("DYLD_LIBRARY_PATH"),
      "/opt/homebrew/opt/openblas/lib",
      "/opt/homebrew/lib",
      "/usr/local/opt/openblas/lib",
      "/usr/local/lib",
      ...under("CONDA_PREFIX", "lib"),
      ...under("MKLROOT", "lib"),
    ];
  return [
    ...list("LD_LIBRARY_PATH"),
    "/usr/local/lib",
    "/usr/lib64",
    "/usr/lib",
    ...under("CONDA_PREFIX", "lib"),
    ...under("MKLROOT", "lib/intel64", "lib"),
    "/opt/intel/oneapi/mkl/latest/lib",
    "/home/linuxbrew/.linuxbrew/opt/openblas/lib",
  ];
}

/** What installs a good BLAS on this system, as the end of a sentence. */
export function howToInstall({ process: { platform }, fs }: NodeModules): string {
  if (platform === "win32")
    return "download OpenBLAS from https://github.com/OpenMathLib/OpenBLAS/releases and set HARDGRAD_BLAS to the path of its libopenblas.dll";
  if (platform === "darwin") return "run `brew install openblas`";
  let system = "";
  try {
    system = fs.readFileSync("/etc/os-release", "utf8");
  } catch {}
  const ids = (system.match(/^ID(_LIKE)?=.*$/gm) ?? []).join(" ");
  if (/debian|ubuntu/.test(ids)) return "run `sudo apt install libopenblas0-pthread`";
  if (/fedora|rhel/.test(ids)) return "run `sudo dnf install openblas-threads`";
  if (/suse/.test(ids)) return "run `sudo zypper install libopenblas_pthreads0`";
  if (/arch/.test(ids)) return "run `sudo pacman -S openblas`";
  if (/alpine/.test(ids)) return "run `sudo apk add openblas`";
  return "install OpenBLAS (`libopenblas.so.0`) with the system's package manager";
}
