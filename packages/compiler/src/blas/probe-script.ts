/**
 * What the child process runs: loads a library, asks for its name, and compares products with the right numbers. It
 * writes a line before each stage, so that a crash can be told by the last one, and its findings as JSON.
 *
 * Integers are declared as 64 bits wide. All that is passed is small and positive, and in the calling conventions of
 * 64-bit machines such an argument reads the same as 32 bits: so libraries of both kinds (LP64 and ILP64) work.
 *
 * All numbers are whole, and no sum exceeds 2^24: float32 has them exactly, in whatever order they are added. They need
 * 12 bits, so arithmetic of fewer (tf32, bfloat16) is noticed.
 */
export const probeScript = `
const { writeSync } = require("node:fs");
const [koffiPath, path, threads] = process.argv.slice(1);
const say = (kind, value) => writeSync(1, "\\nhardgrad:" + kind + ":" + JSON.stringify(value) + "\\n");
const end = (kind, value) => { say(kind, value); process.exit(0); };

say("stage", "load");
const koffi = require(koffiPath);
const whole = koffi.sizeof("void*") === 8 ? "int64" : "int";
let library;
try { library = koffi.load(path); } catch (error) { end("fault", ["load", error.message.split("\\n")[0]]); }

// As they are, with the suffixes of 64-bit integers, and as the wheels of numpy and scipy have them.
const spellings = [["", ""], ["", "64_"], ["", "_64"], ["scipy_", ""], ["scipy_", "64_"]];
function find(name, result, types) {
  for (const [prefix, suffix] of spellings)
    try {
      const symbol = prefix + name + suffix;
      return { symbol, call: library.func(symbol, result, types) };
    } catch {}
}

say("stage", "call");
const w = whole, f = "float";
const sgemm = find("cblas_sgemm", "void", [w, w, w, w, w, w, f, w, w, w, w, f, w, w]);
if (!sgemm) end("fault", ["symbol"]);

const text = (name) => find(name, "str", [])?.call() ?? "";
const number = (text) => text.match(/\\d+(\\.\\d+)+/)?.[0];
function identify() {
  const config = find("openblas_get_config", "str", []);
  if (config) {
    // 1: it has threads of its own, and locks. With OpenMP (2) or without threads (0) only one may call it at a time.
    const concurrent = find("openblas_get_parallel", "int", [])?.call() === 1;
    return ["OpenBLAS", number(config.call()), text("openblas_get_corename"), "openblas_set_num_threads", concurrent];
  }
  if (find("bli_thread_set_num_threads", "void", [w])) {
    const kind = find("bli_arch_query_id", "int", []), name = find("bli_arch_string", "str", ["int"]);
    return ["BLIS", number(text("bli_info_get_version_str")), kind && name ? name.call(kind.call()) : "", "bli_thread_set_num_threads", true];
  }
  const version = find("MKL_Get_Version_String", "void", [w, "int"]);
  if (version) {
    const bytes = new Uint8Array(200);
    version.call(Number(koffi.address(bytes)), bytes.length);
    return ["MKL", number(Buffer.from(bytes).toString("latin1")), "", "MKL_Set_Num_Threads", true];
  }
  if (path.includes("Accelerate.framework")) return ["Accelerate", undefined, "", "BLASSetThreading", false];
}
const [maker, version, kernels, setter, concurrent] = identify() ?? [];
const set = setter && find(setter, "void", [w]);
if (set && setter !== "BLASSetThreading") set.call(Number(threads));

const memory = new Float32Array(1 << 18);
const base = Number(koffi.address(memory));
const half = 1 << 16;
const multiply = (m, n, k, ta, tb, beta, c = 2 * half) =>
  sgemm.call(101, 111 + ta, 111 + tb, m, n, k, 1, base, ta ? m + 1 : k + 1, base + 4 * half, tb ? k + 2 : n + 2, beta, base + 4 * c, n + 3);

const sizes = [[1, 1, 1], [3, 5, 7], [1, 17, 33], [33, 1, 17], [8, 16, 32], [31, 65, 129], [100, 67, 256], [131, 141, 150]];
for (const [m, n, k] of sizes) {
  const a = Float64Array.from({ length: m * k }, (_, e) => ((e * 37) % 4093) - 2046);
  const b = Float64Array.from({ length: k * n }, (_, e) => ((e * 7) % 5) - 2);
  const right = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) for (let j = 0; j < n; j++)
    right[i * n + j] += a[i * k + p] * b[p * n + j];
  for (let kind = 0; kind < 8; kind++) {
    const ta = kind & 1, tb = (kind >> 1) & 1, beta = kind >> 2;
    // What lies outside of the matrices, and a C that is only written, is not a number.
    memory.fill(NaN);
    for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) memory[ta ? p * (m + 1) + i : i * (k + 1) + p] = a[i * k + p];
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) memory[half + (tb ? j * (k + 2) + p : p * (n + 2) + j)] = b[p * n + j];
    if (beta) for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) memory[2 * half + i * (n + 3) + j] = i - j;
    multiply(m, n, k, ta, tb, beta);
    for (let i = 0; i < m; i++) for (let j = 0; j < n + 3; j++) {
      const got = memory[2 * half + i * (n + 3) + j];
      const same = j < n ? got === right[i * n + j] + beta * (i - j) : Number.isNaN(got);
      if (!same) end("fault", ["numbers", [m, n, k].join(" x ")]);
    }
  }
}
// Some libraries switch the processor to a mode without the smallest numbers, which changes what JavaScript computes.
if (memory.fill(1e-40).some((x) => x * 0.5 === 0)) end("fault", ["mode"]);

let times = 0;
if (!maker) {
  // Times the speed of a plain loop in JavaScript.
  const n = 96, own = new Float32Array(n * n), best = [1 / 0, 1 / 0];
  memory.fill(1);
  const plain = () => {
    own.fill(0);
    for (let i = 0; i < n; i++) for (let p = 0; p < n; p++) {
      const x = memory[i * n + p], from = half + p * n, to = i * n;
      for (let j = 0; j < n; j++) own[to + j] += x * memory[from + j];
    }
  };
  for (let round = 0; round < 12; round++)
    [plain, () => multiply(n, n, n, 0, 0, 0)].forEach((run, which) => {
      const start = performance.now();
      run();
      best[which] = Math.min(best[which], performance.now() - start);
    });
  times = best[0] / best[1];
}
say("stage", "end");
end("found", { symbol: sgemm.symbol, setter: set?.symbol, maker, version, kernels, concurrent, times });
`;
