import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, win32 } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, expect, test } from "vitest";
import { loadKoffi } from "../src/blas/koffi.ts";
import { loadBlas } from "../src/blas/load.ts";
import { type NodeModules, nodeModules } from "../src/blas/node.ts";
import { ACCELERATE, findLibraries, howToInstall } from "../src/blas/places.ts";
import { coresAvailable, processorId } from "../src/blas/processor.ts";
import { ownCacheFolder } from "./blas/fixtures.ts";

afterAll(ownCacheFolder());
afterEach(() => {
  delete process.env.HARDGRAD_BLAS;
});
const node = nodeModules()!;

/** A system with these files; those without a text are there, and can't be read. */
function system(
  platform: string,
  files: { readonly [path: string]: string | undefined },
  env: NodeModules["process"]["env"] = {},
  links: { readonly [path: string]: string } = {},
): NodeModules {
  return {
    ...node,
    path: platform === "win32" ? win32 : node.path,
    process: { ...node.process, platform, env },
    fs: {
      ...node.fs,
      statSync: (path) => (path in files ? { isFile: () => true, mtimeMs: 0, size: 0 } : undefined),
      realpathSync: (path) => links[path] ?? path,
      openSync: () => {
        throw new Error("no such file");
      },
      readFileSync(path) {
        const text = files[path];
        if (text === undefined) throw new Error(`no such file: ${path}`);
        return text;
      },
    },
    os: {
      ...node.os,
      availableParallelism: () => 8,
      cpus: () => [{ model: "A processor" }],
    },
  };
}

test("libraries on Linux: the best name first, the environment's folders before the system's, each file once", () => {
  const cache =
    "glibc-ld.so.cache1.1\0\0libblas.so.3\0/lib/x/libblas.so.3\0/lib/x/libopenblas.so.0\0/gone/libopenblas.so.0\0";
  const files = {
    "/etc/ld.so.cache": cache,
    "/own/libblis.so.4": "",
    "/lib/x/libblas.so.3": "",
    "/lib/x/libopenblas.so.0": "",
    "/conda/lib/libopenblas.so.0": "",
    "/usr/lib/libopenblas.so.0": "",
  };
  const links = { "/usr/lib/libopenblas.so.0": "/lib/x/libopenblas.so.0" };
  const env = { LD_LIBRARY_PATH: "/empty:/own", CONDA_PREFIX: "/conda" };
  expect([...findLibraries(system("linux", files, env, links))]).toEqual([
    "/usr/lib/libopenblas.so.0",
    "/conda/lib/libopenblas.so.0",
    "/own/libblis.so.4",
    "/lib/x/libblas.so.3",
  ]);
  expect([...findLibraries(system("linux", {}))]).toEqual([]);
});

test("libraries on macOS and Windows", () => {
  const brew = "/opt/homebrew/opt/openblas/lib/libopenblas.dylib";
  expect([...findLibraries(system("darwin", { [brew]: "" }))]).toEqual([ACCELERATE, brew]);
  const files = { "C:\\b\\mkl_rt.2.dll": "", "C:\\c\\Library\\bin\\libopenblas.dll": "" };
  expect([...findLibraries(system("win32", files, { PATH: "C:\\a;C:\\b", CONDA_PREFIX: "C:\\c" }))]).toEqual([
    "C:\\c\\Library\\bin\\libopenblas.dll",
    "C:\\b\\mkl_rt.2.dll",
  ]);
});

test("the command that installs a BLAS is that of the system", () => {
  const on = (release: string) => howToInstall(system("linux", { "/etc/os-release": release }));
  expect(on('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n')).toBe(
    "run `sudo apt install libopenblas0-pthread`",
  );
  expect(on('ID="rocky"\nID_LIKE="rhel centos fedora"\n')).toBe("run `sudo dnf install openblas-threads`");
  expect(on('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n')).toMatch(/zypper/);
  expect(on("ID=arch\n")).toMatch(/pacman/);
  expect(on("ID=alpine\n")).toMatch(/apk/);
  expect(howToInstall(system("linux", {}))).toMatch(/package manager/);
  expect(howToInstall(system("win32", {}))).toMatch(/HARDGRAD_BLAS/);
  expect(howToInstall(system("darwin", {}))).toMatch(/brew/);
});

// Before the platform seems to be another: it decides what is loaded of koffi.
const koffi = loadKoffi(node);
const missing = "reason" in koffi ? ` (skipped: ${koffi.reason})` : "";

test.skipIf(missing)(`a system without a BLAS is told what to install${missing}`, async () => {
  const { PATH } = process.env;
  const platform = Object.getOwnPropertyDescriptor(process, "platform")!;
  try {
    Object.defineProperty(process, "platform", { ...platform, value: "win32" });
    process.env.PATH = "";
    expect(await loadBlas()).toEqual({
      reason:
        "No BLAS was found on this system; download OpenBLAS from https://github.com/OpenMathLib/OpenBLAS/releases and set HARDGRAD_BLAS to the path of its libopenblas.dll.",
    });
  } finally {
    Object.defineProperty(process, "platform", platform);
    process.env.PATH = PATH;
  }
});

test("cores: not two threads of one, and no more than a container's quota", () => {
  const smt = "/sys/devices/system/cpu/smt/active";
  const quota = "/sys/fs/cgroup/cpu.max";
  expect(coresAvailable(system("linux", {}))).toBe(8);
  expect(coresAvailable(system("linux", { [smt]: "0\n", [quota]: "max 100000\n" }))).toBe(8);
  expect(coresAvailable(system("linux", { [smt]: "1\n" }))).toBe(4);
  expect(coresAvailable(system("linux", { [quota]: "250000 100000\n" }))).toBe(2);
  expect(coresAvailable(system("linux", { [quota]: "50000 100000\n" }))).toBe(1);
});

test("the processor's identity stays the same, and is its model where the kernel says nothing", () => {
  expect(processorId(node)).toBe(processorId(node));
  expect(processorId(node)).not.toBe("");
  expect(processorId(system("darwin", {}))).toBe("A processor");
});

/** The BLAS in numpy's wheel: integers of 64 bits, and names of its own. */
function numpysLibrary(): string | undefined {
  try {
    const numpy = execFileSync("python3", ["-c", "import numpy; print(numpy.__path__[0])"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const folder = `${numpy}.libs`;
    const name = readdirSync(folder).find((file) => file.startsWith("libscipy_openblas64_"));
    return name && join(folder, name);
  } catch {
    return undefined;
  }
}

const numpys = numpysLibrary();
const missed = missing || (numpys ? "" : " (skipped: no numpy here)");
test.skipIf(missed)(`numpy's OpenBLAS works${missed}`, async () => {
  process.env.HARDGRAD_BLAS = numpys;
  const blas = await loadBlas({ threads: 1 });
  if ("reason" in blas) throw new Error(blas.reason);
  expect(blas.name).toMatch(/^OpenBLAS \d.*, \w+ kernels$/);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const numbers = new Float32Array(memory.buffer);
  numbers.set([1, 2, 3, 4]);
  blas.sgemmOn(memory)(111, 112, 2, 2, 2, 0, 2, 0, 2, 0, 64, 2);
  expect([...numbers.slice(16, 20)]).toEqual([5, 11, 11, 25]);
});

test("a bundle for the browser takes nothing of Node or koffi", async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, "../src/blas/load.ts")],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(({ path }) => !path.includes("/src/"))).toEqual([]);
});
