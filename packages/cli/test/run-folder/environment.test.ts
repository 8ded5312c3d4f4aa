import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import {
  commit,
  computersText,
  continuedOn,
  environment,
  environmentText,
  machine,
} from "../../src/run-folder/environment.ts";
import { readEnvironment } from "../../src/run-folder/read.ts";
import { scratch } from "../run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.org", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/** A repository with one commit, and its folder as a URL. */
function repository(name: string): { folder: string; home: URL } {
  const folder = scratch();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name }));
  for (const args of [["init"], ["add", "."], ["commit", "-m", "first"]]) git(folder, ...args);
  return { folder, home: pathToFileURL(`${folder}/`) };
}

test("the commit is that of hardgrad's own checkout, or none", () => {
  const ours = repository("hardgrad-workspace");
  const theirs = repository("their-project");
  const head = git(ours.folder, "rev-parse", "--short", "HEAD");
  expect(commit(ours.home)).toBe(head);
  expect(commit(theirs.home)).toBeNull();
  // Installed into their project, and as an exported folder without its history.
  mkdirSync(join(theirs.folder, "node_modules", "x"), { recursive: true });
  expect(commit(pathToFileURL(`${join(theirs.folder, "node_modules")}/`))).toBeNull();
  const copy = scratch();
  cpSync(join(ours.folder, "package.json"), join(copy, "package.json"));
  expect(commit(pathToFileURL(`${copy}/`))).toBeNull();
  // A folder of ours inside their repository has no history of its own either.
  const within = join(theirs.folder, "hardgrad");
  mkdirSync(within);
  cpSync(join(ours.folder, "package.json"), join(within, "package.json"));
  expect(commit(pathToFileURL(`${within}/`))).toBeNull();
  // What a git hook of another repository sets does not lead there.
  vi.stubEnv("GIT_DIR", join(theirs.folder, ".git"));
  expect(commit(ours.home)).toBe(head);
  vi.unstubAllEnvs();
  writeFileSync(join(ours.folder, "package.json"), `${readFileSync(join(ours.folder, "package.json"))} `);
  expect(commit(ours.home)).toBe(`${head}-dirty`);
});

test("a run's environment says the commit of this checkout", () => {
  let own: string | null = null;
  try {
    own = git(root, "describe", "--always", "--dirty", "--exclude=*");
  } catch {
    // no checkout
  }
  expect(machine().commit).toBe(own);
});

const wasm = { device: "wasm", products: "WebAssembly", threads: 1 };
const blas = { device: "native", products: "OpenBLAS 0.3.21, Haswell kernels", threads: 2 };
const gpu = { device: "webgpu", products: "NVIDIA H200" };

test("a run that continues with something else says what may change, and its environment names both", () => {
  const begun = environment(blas);
  expect(continuedOn(begun, 500, blas)).toBeUndefined();
  for (const other of [{ ...blas, threads: 1 }, { ...blas, products: "OpenBLAS 0.3.29, Zen kernels" }, gpu])
    expect(continuedOn(begun, 500, other)?.sentence).toMatch(
      /^this run continues on device .*; before, it was trained on native \(OpenBLAS 0\.3\.21, Haswell kernels, 2 threads\): the same random numbers are drawn, but float32 sums have another order, so results drift apart/,
    );
  const once = continuedOn(begun, 500, wasm)!;
  expect(once.sentence).toContain("wasm (WebAssembly)");
  expect(continuedOn(once.environment, 700, wasm)).toBeUndefined();
  // On device wasm all threads give the same bits.
  expect(continuedOn(once.environment, 700, { ...wasm, threads: 2 })).toBeUndefined();
  const twice = continuedOn(once.environment, 700, gpu)!;
  expect(twice.sentence).toMatch(/webgpu \(NVIDIA H200\); before, it was trained on wasm/);
  expect(environmentText(twice.environment)).toContain(
    `device native (OpenBLAS 0.3.21, Haswell kernels, 2 threads); from step 500 wasm (WebAssembly, 1 thread); from step 700 webgpu (NVIDIA H200) on ${begun.cpu}.`,
  );
  // Back at step 600, what came after it is trained again.
  expect(continuedOn(twice.environment, 600, gpu)).toBeUndefined();
  expect(continuedOn(twice.environment, 600, blas)!.environment.continued).toEqual([
    { step: 500, ...wasm },
    { step: 600, ...blas },
  ]);
});

test("the generator that is shipped says what trained it", () => {
  const shipped = readEnvironment(join(root, "packages/cli/digits"));
  expect(shipped && computersText(shipped)).toMatch(/^(native|wasm) \(\w.*\)$/);
});
