import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lets this file's tests keep what they find of libraries in a folder of their own; returns what removes it. */
export function ownCacheFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-blas-"));
  process.env.XDG_CACHE_HOME = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

export const hasCompiler: boolean = (() => {
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return process.platform !== "win32";
  } catch {
    return false;
  }
})();

/** Compiles a shared library. */
export function compile(folder: string, name: string, source: string): string {
  const path = join(folder, `${name}.so`);
  writeFileSync(join(folder, `${name}.c`), source);
  execFileSync("cc", ["-O0", "-shared", "-fPIC", "-o", path, join(folder, `${name}.c`)]);
  return path;
}

/**
 * A BLAS of plain loops in C.
 *
 * @param body what stands for `{ C = beta C + sum }` for each element.
 */
export const plainBlas = (
  body = "*c = sum + (beta == 0 ? 0 : beta * *c);",
  integer = "int",
  suffix = "",
  operand = "",
): string => `
#include <stdint.h>
static float element(float x) { ${operand} return x; }
void cblas_sgemm${suffix}(int order, int ta, int tb, ${integer} m, ${integer} n, ${integer} k, float alpha,
    const float *a, ${integer} lda, const float *b, ${integer} ldb, float beta, float *c0, ${integer} ldc) {
  for (${integer} i = 0; i < m; i++) for (${integer} j = 0; j < n; j++) {
    float sum = 0, *c = c0 + i * ldc + j;
    for (${integer} p = 0; p < k; p++)
      sum += element(ta == 112 ? a[p * lda + i] : a[i * lda + p]) * element(tb == 112 ? b[j * ldb + p] : b[p * ldb + j]);
    ${body}
  }
}
`;

/** Functions by which a library is taken for OpenBLAS. */
export const openblasNames = (suffix = ""): string => `
const char *openblas_get_config${suffix}(void) { return "OpenBLAS 0.9.7 USE64BITINT DYNAMIC_ARCH"; }
const char *openblas_get_corename${suffix}(void) { return "Plain"; }
void openblas_set_num_threads${suffix}(int threads) {}
`;

/** Counts how often a library is loaded: a byte each time, in a file. */
export const counting = (file: string): string => `
#include <stdio.h>
__attribute__((constructor)) static void count(void) {
  FILE *file = fopen("${file}", "a"); fputc('x', file); fclose(file);
}
`;
