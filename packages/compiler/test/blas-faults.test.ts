import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { loadKoffi } from "../src/blas/koffi.ts";
import { loadBlas } from "../src/blas/load.ts";
import { nodeModules } from "../src/blas/node.ts";
import { probeLibrary } from "../src/blas/probe.ts";
import { chooseProducts } from "../src/choose-products.ts";
import { compile, counting, hasCompiler, openblasNames, ownCacheFolder, plainBlas } from "./blas/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "hardgrad-libraries-"));
const removeCache = ownCacheFolder();
const cache = process.env.XDG_CACHE_HOME!;
const node = nodeModules()!;
const koffi = loadKoffi(node);
afterEach(() => {
  delete process.env.HARDGRAD_BLAS;
  process.env.XDG_CACHE_HOME = cache;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  removeCache();
});

const missing = "reason" in koffi ? koffi.reason : hasCompiler ? "" : "no C compiler here";
const compiled = (name: string, run: () => Promise<void>) =>
  test.skipIf(missing)(`${name}${missing ? ` (skipped: ${missing})` : ""}`, run);

/** What is said of the library of HARDGRAD_BLAS. */
async function reasonFor(path: string): Promise<string> {
  process.env.HARDGRAD_BLAS = path;
  const blas = await loadBlas({ threads: 2 });
  return "reason" in blas ? blas.reason : `usable: ${blas.name}`;
}

const faults: { readonly [name: string]: readonly [source: string, fault: string | RegExp] } = {
  "not a BLAS": ["int other(void) { return 1; }", "is not a BLAS: it has no function cblas_sgemm"],
  "wrong numbers": [
    plainBlas("*c = sum + (beta == 0 ? 0 : beta * *c) + (k > 100);"),
    "computes wrong numbers on this processor (a product of 31 x 65 x 129)",
  ],
  "reads what it should only write": [
    plainBlas("*c = sum + beta * *c;"),
    "computes wrong numbers on this processor (a product of 1 x 1 x 1)",
  ],
  "writes beside C": [
    plainBlas("*c = sum + (beta == 0 ? 0 : beta * *c); if (j == n - 1 && i < m - 1) c[1] = 0;"),
    "computes wrong numbers on this processor (a product of 3 x 5 x 7)",
  ],
  "computes with 8 bits (bfloat16)": [
    plainBlas(
      undefined,
      undefined,
      undefined,
      "union { float f; uint32_t u; } b = { x }; b.u &= 0xffff0000u; x = b.f;",
    ),
    /computes wrong numbers on this processor \(a product of \d+ x \d+ x \d+\)/,
  ],
  "crashes on load": [
    `#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }`,
    "crashes when it is loaded (SIGABRT)",
  ],
  "ends the process on load": [
    `#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { exit(3); }`,
    "crashes when it is loaded (exit status 3)",
  ],
  "crashes on call": [plainBlas("*(volatile int *)8 = 1;"), "crashes when it computes (SIGSEGV)"],
  "an instruction that the processor has not": [
    plainBlas("__builtin_trap();"),
    /^crashes when it computes \(SIG(ILL|TRAP)\)/,
  ],
  "crashes at the end": [
    `${plainBlas()}${openblasNames()}#include <stdlib.h>\n__attribute__((destructor)) static void last(void) { abort(); }`,
    "crashes when its process ends (SIGABRT)",
  ],
  "slow and unknown": [
    plainBlas(),
    /^is of an unknown make and slower than our own kernels \(\d times a plain loop, they 33 times\)/,
  ],
};
for (const [name, [source, fault]] of Object.entries(faults))
  compiled(`a library that is at fault: ${name}`, async () => {
    const path = compile(folder, name.replace(/\W+/g, "-"), source);
    const [before, after] = [
      `The library ${path} of HARDGRAD_BLAS `,
      "; set it to another one, or unset it.",
    ];
    const reason = await reasonFor(path);
    expect(reason.slice(0, before.length)).toBe(before);
    expect(reason.slice(-after.length)).toBe(after);
    expect(reason.slice(before.length, -after.length)).toMatch(fault);
  });

compiled("a library that hangs is ended", async () => {
  const path = compile(folder, "hangs", plainBlas("for (;;);"));
  if ("reason" in koffi) throw new Error(koffi.reason);
  expect(await probeLibrary(node, koffi.path, path, 1, 3000)).toEqual({
    fault: "did not answer within 3 s when it was tried",
    lasting: false,
  });
});

// Only of x86 processors does a library know how.
if (process.arch === "x64")
  compiled("a library that switches off the smallest numbers", async () => {
    const mode = "__attribute__((constructor)) static void start(void) { _mm_setcsr(0x9fc0); }";
    const path = compile(folder, "mode", `#include <xmmintrin.h>\n${plainBlas()}${mode}`);
    expect(await reasonFor(path)).toMatch(/ changes how this process computes with the smallest numbers; /);
  });

compiled("a file that is no library", async () => {
  const path = join(folder, "text.so");
  writeFileSync(path, "not a library");
  expect(await reasonFor(path)).toMatch(/ of HARDGRAD_BLAS does not load \(.+\); set it to another one/);
});

for (const suffix of ["", "64_", "_64"])
  compiled(`integers of 64 bits work, in functions named cblas_sgemm${suffix}`, async () => {
    const source = plainBlas(undefined, "int64_t", suffix) + openblasNames(suffix);
    process.env.HARDGRAD_BLAS = compile(folder, `wide${suffix}`, source);
    const blas = await loadBlas({ threads: 2 });
    if ("reason" in blas) throw new Error(blas.reason);
    expect(blas.name).toBe("OpenBLAS 0.9.7, Plain kernels");
    expect(blas.threads).toBe(2);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const numbers = new Float32Array(memory.buffer);
    numbers.set([1, 2, 3, 4, 5, 6]);
    // [1 2 3; 4 5 6] times its transpose.
    blas.sgemmOn(memory)(111, 112, 2, 2, 3, 0, 3, 0, 3, 0, 400, 2);
    expect([...numbers.slice(100, 104)]).toEqual([14, 32, 32, 77]);
  });

for (const [parallel, together] of [
  [0, 1],
  [1, 2],
  [2, 1],
] as const)
  compiled(`an OpenBLAS of kind ${parallel} is called by ${together} threads at a time`, async () => {
    const kind = `int openblas_get_parallel(void) { return ${parallel}; }`;
    const source = plainBlas() + openblasNames() + kind;
    process.env.HARDGRAD_BLAS = compile(folder, `parallel${parallel}`, source);
    const products = await chooseProducts("native", { threads: 2 });
    expect(products).toMatchObject({ together, threads: 2 });
  });

compiled("a library is tried once, until it changes; without a cache each time", async () => {
  const count = join(folder, "count");
  const loads = () => readFileSync(count, "utf8").length;
  const path = compile(folder, "counts", `${counting(count)}int other;`);
  const first = await reasonFor(path);
  expect(first).toMatch(/is not a BLAS/);
  expect(await reasonFor(path)).toBe(first);
  expect(loads()).toBe(1);
  utimesSync(path, 1e9, 1e9);
  expect(await reasonFor(path)).toBe(first);
  expect(loads()).toBe(2);
  // A file is where the folder would have to be.
  process.env.XDG_CACHE_HOME = join(folder, "text.so");
  expect(await reasonFor(path)).toBe(first);
  expect(await reasonFor(path)).toBe(first);
  expect(loads()).toBe(4);
});

test("HARDGRAD_BLAS that names no file is an error", async () => {
  process.env.HARDGRAD_BLAS = "no/such/libblas.so";
  await expect(loadBlas()).rejects.toThrow(
    'HARDGRAD_BLAS is "no/such/libblas.so", but must be the path of a library, and there is no such file; correct it, or unset it.',
  );
  process.env.HARDGRAD_BLAS = folder;
  await expect(loadBlas()).rejects.toThrow(RangeError);
});

test("threads must be a whole number from 1", async () => {
  for (const threads of [0, 1.5, Number.NaN])
    await expect(loadBlas({ threads })).rejects.toThrow(
      `loadBlas: threads is ${threads}, but must be a whole number from 1.`,
    );
});

test("koffi that is missing, does not load, or is old", () => {
  const written = (name: string, source: string) => {
    writeFileSync(join(folder, name), source);
    return loadKoffi(node, join(folder, name));
  };
  expect(loadKoffi(node, "koffi-that-is-not-there")).toEqual({
    reason:
      "The system's BLAS is called through the package koffi, which is not installed; run `npm install --ignore-scripts koffi@^3.3.4`.",
  });
  // npm keeps a command in its cache and koffi in the folder one works in.
  const package_ = join(folder, "node_modules", "koffi-of-here");
  mkdirSync(package_, { recursive: true });
  writeFileSync(join(package_, "index.js"), "exports.version = '3.3.4'");
  const here = process.cwd();
  process.chdir(folder);
  expect(loadKoffi(node, "koffi-of-here")).toMatchObject({ koffi: { version: "3.3.4" } });
  process.chdir(here);
  expect(written("throws.cjs", "throw new Error('no musl here.\\nmore')")).toEqual({
    reason:
      "The package koffi, which calls the system's BLAS, does not load here (no musl here); reinstall it with `npm install --ignore-scripts koffi@^3.3.4`.",
  });
  expect(written("old.cjs", "exports.version = '2.9.1'")).toEqual({
    reason:
      "The system's BLAS is called through koffi 3.3 or later and below 4, and 2.9.1 is installed; run `npm install --ignore-scripts koffi@^3.3.4`.",
  });
});

test("a child process that can't be started", async () => {
  const broken = { ...node, process: { ...node.process, env: {}, execPath: "/no/such/node" } };
  expect(await probeLibrary(broken, "", "", 1)).toEqual({
    fault: "could not be tried in a process of its own (spawn /no/such/node ENOENT)",
    lasting: false,
  });
});
