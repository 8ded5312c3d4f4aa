import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  branch,
  branchIf,
  type Code,
  call,
  control,
  get,
  hasFused,
  i32,
  int,
  load,
  ModuleBuilder,
  set,
  store,
  tee,
  type,
} from "@hardgrad/onnx/graph";
import { buildSync } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { createMultiply, multiplyModule, scratchBytes } from "../src/multiply/index.ts";
import type { Multiply } from "../src/product-form.ts";
import { startThreads } from "../src/threads/index.ts";

const shared = { shared: true, maximum: 65_536 } as const;
const newMemory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 64, ...shared });

/** A module with `run(thread, threads)`, which may call `barrier`. */
function program(body: (barrier: number) => Code, locals = 0): WebAssembly.Module {
  const builder = new ModuleBuilder(shared);
  const barrier = builder.import("barrier", [type.i32]);
  builder.function([type.i32, type.i32], [], [[locals, type.i32]], body(barrier), "run");
  return new WebAssembly.Module(builder.bytes());
}

async function start(count: number, memory = newMemory(), patience?: number) {
  const threads = await startThreads(count, { memory, control: 0, ...(patience ? { patience } : {}) });
  onTestFinished(() => threads.close());
  return threads;
}

const [thread, threads] = [0, 1];
const failure: Code = [0x00];
const slots = 4096;
const onThread = (n: number, body: Code): Code => [
  ...[...get(thread), ...int(n), ...i32.equal, ...control.if],
  ...[...body, ...control.end],
];

describe.each([1, 2, 3])("%d threads", (count) => {
  test("at a barrier every thread has come as far as the others, time and again", async () => {
    const rounds = 2000;
    const [round, other] = [2, 3];
    const slot = (n: number): Code => [...get(n), ...int(64), ...i32.mul];
    // Each thread writes the round's number; behind the barrier it must find it everywhere.
    const module = program(
      (barrier) => [
        ...control.loop,
        ...[...slot(thread), ...get(round), ...store.i32(slots)],
        ...[...get(threads), ...call(barrier), ...get(threads), ...set(other), ...control.loop],
        ...[...get(other), ...int(1), ...i32.sub, ...set(other)],
        ...[...slot(other), ...load.i32(slots), ...get(round), ...i32.equal, ...i32.isZero],
        ...[...control.if, ...failure, ...control.end, ...get(other), ...branchIf(0), ...control.end],
        ...[...get(threads), ...call(barrier)],
        ...[...get(round), ...int(1), ...i32.add, ...tee(round), ...int(rounds), ...i32.less, ...branchIf(0)],
        ...control.end,
      ],
      2,
    );
    const memory = newMemory();
    const pool = await start(count, memory);
    const run = await pool.load({ modules: [module] });
    run();
    run();
    const words = new Int32Array(memory.buffer);
    for (let n = 0; n < count; n++) expect(words[(slots + 64 * n) / 4]).toBe(rounds - 1);
  });

  test("several programs; products across a barrier have the bits of one thread", async () => {
    const memory = newMemory();
    const fused = hasFused();
    const [m, n, k] = [50, 70, 90];
    const [scratch, a, b] = [8192, 2 ** 21, 2 ** 21 + 4 * m * k];
    const c = b + 4 * k * k;
    expect(scratch + scratchBytes(count)).toBeLessThanOrEqual(a);
    const floats = new Float32Array(memory.buffer);
    for (let i = a / 4; i < c / 4; i++) floats[i] = Math.sin(i);
    const calls: Parameters<Multiply>[] = [
      [m, k, k, a, k, 1, b, k, 1, c, k, 0, 0, 1],
      [m, n, k, c, k, 1, b, 1, k, a, n, 0, 0, 1],
    ];
    const builder = new ModuleBuilder(shared);
    const multiply = builder.import("multiply", Array(14).fill(type.i32));
    const barrier = builder.import("barrier", [type.i32]);
    const body = calls.flatMap((values) => [
      ...[...values.slice(0, 12).flatMap(int), ...get(thread), ...get(threads), ...call(multiply)],
      ...[...get(threads), ...call(barrier)],
    ]);
    builder.function([type.i32, type.i32], [], [], body, "run");
    const pool = await start(count, memory);
    const products = multiplyModule({ fused, ...shared });
    const [run, idle] = await Promise.all([
      pool.load({
        modules: [products, new WebAssembly.Module(builder.bytes())],
        numbers: { scratch },
      }),
      pool.load({ modules: [program(() => [])] }),
    ]);
    idle();
    const before = floats.slice(a / 4);
    run();
    const together = floats.slice(a / 4, a / 4 + m * n);
    floats.set(before, a / 4);
    const alone = createMultiply(memory, { scratch, fused, ...shared });
    for (const values of calls) alone(...values);
    expect(floats.slice(a / 4, a / 4 + m * n)).toEqual(together);
    idle();
  });
});

test("a function in JavaScript is called by thread 0", async () => {
  const builder = new ModuleBuilder(shared);
  const host = builder.import("host", [type.i32]);
  builder.function([type.i32, type.i32], [], [], onThread(0, [...get(threads), ...call(host)]), "run");
  const pool = await start(2);
  const seen: unknown[] = [];
  const run = await pool.load({
    modules: [new WebAssembly.Module(builder.bytes())],
    functions: { host: (n) => seen.push(n) },
  });
  run();
  run();
  expect(seen).toEqual([2, 2]);
});

test("a script makes functions for the other threads, once on each", async () => {
  const memory = newMemory();
  const builder = new ModuleBuilder(shared);
  const mark = builder.import("mark", [type.i32]);
  builder.function([type.i32, type.i32], [], [], [...get(thread), ...call(mark)], "run");
  const module = new WebAssembly.Module(builder.bytes());
  const pool = await start(3, memory);
  const words = new Int32Array(memory.buffer, slots, 8);
  const mine = (thread: number) => words.fill(100, thread, thread + 1);
  const script = `
    const words = new Int32Array(memory.buffer, ${slots}, 8);
    Atomics.add(words, 7, 1);
    return { mark(thread) { words[thread] = require("node:os").EOL.length; } };`;
  const runs = [];
  for (let n = 0; n < 2; n++)
    runs.push(await pool.load({ modules: [module], functions: { mark: mine }, script }));
  for (const run of runs) {
    words.fill(0, 0, 3);
    run();
    expect([...words]).toEqual([100, 1, 1, 0, 0, 0, 0, 2]);
  }
});

describe("faults", () => {
  const forever: Code = [...control.loop, ...branch(0), ...control.end];

  test("a worker that fails before a barrier ends the run with its message", async () => {
    const pool = await start(3);
    const run = await pool.load({
      modules: [program((barrier) => [...onThread(1, failure), ...get(threads), ...call(barrier)])],
    });
    expect(run).toThrow("thread 1 has failed: RuntimeError: unreachable");
    expect(run).toThrow("a run has failed on these threads; start new ones.");
    await expect(pool.load({ modules: [] })).rejects.toThrow("start new ones");
  });

  test("a failure of the calling thread is its own error", async () => {
    const pool = await start(2);
    const run = await pool.load({
      modules: [program((barrier) => [...onThread(0, failure), ...get(threads), ...call(barrier)])],
    });
    expect(run).toThrow(WebAssembly.RuntimeError);
    expect(run).toThrow("a run has failed");
  });

  test("a worker that does not come back is taken for lost", async () => {
    const pool = await start(2, newMemory(), 300);
    const run = await pool.load({ modules: [program(() => onThread(1, forever))] });
    const began = performance.now();
    expect(run).toThrow("one has not answered for 0.3 s and is taken for lost; start new threads.");
    expect(performance.now() - began).toBeGreaterThan(250);
  });

  test("a worker that exits in mid-step is taken for lost, and the next run says so at once", async () => {
    const pool = await start(2, newMemory(), 300);
    const builder = new ModuleBuilder(shared);
    const leave = builder.import("leave", [type.i32]);
    const barrier = builder.import("barrier", [type.i32]);
    const body = [...onThread(1, [...int(0), ...call(leave)]), ...get(threads), ...call(barrier)];
    builder.function([type.i32, type.i32], [], [], body, "run");
    const run = await pool.load({
      modules: [new WebAssembly.Module(builder.bytes())],
      functions: { leave: () => undefined },
      script: "return { leave() { process.exit(3); } };",
    });
    expect(run).toThrow("threads: one has not answered for 0.3 s and is taken for lost; start new threads.");
    expect(run).toThrow("a run has failed on these threads; start new ones.");
    await expect(pool.load({ modules: [] })).rejects.toThrow("start new ones");
  });

  test("a script that fails on a worker ends the loading with its message", async () => {
    const pool = await start(2);
    const loading = pool.load({ modules: [program(() => [])], script: "throw new Error('no library');" });
    await expect(loading).rejects.toThrow("a program could not be loaded: thread 1: Error: no library");
    await expect(pool.load({ modules: [] })).rejects.toThrow("could not be loaded");
  });

  test("a program that can't be instantiated; closed threads; bad options", async () => {
    const pool = await start(2);
    const builder = new ModuleBuilder(shared);
    builder.import("nothing", []);
    await expect(pool.load({ modules: [new WebAssembly.Module(builder.bytes())] })).rejects.toThrow(
      "nothing",
    );
    const run = await pool.load({ modules: [program(() => [])] });
    run();
    pool.close();
    expect(run).toThrow("these threads are closed.");
    await expect(startThreads(0, { memory: newMemory(), control: 0 })).rejects.toThrow("count is 0");
    const own = new WebAssembly.Memory({ initial: 1 });
    await expect(startThreads(2, { memory: own, control: 0 })).rejects.toThrow("shared memory");
  });
});

test("idle threads sleep, and let Node end", () => {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { startThreads } from "./index.ts";
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
        const threads = await startThreads(2, { memory, control: 0 });
        const module = new WebAssembly.Module(new Uint8Array(${JSON.stringify(trivial())}));
        const run = await threads.load({ modules: [module] });
        for (let i = 0; i < 100; i++) run();
        await new Promise((resolve) => setTimeout(resolve, 100));
        const before = process.cpuUsage();
        await new Promise((resolve) => setTimeout(resolve, 500));
        const { user, system } = process.cpuUsage(before);
        console.log((user + system) / 1000);`,
      resolveDir: join(import.meta.dirname, "../src/threads"),
    },
    alias: { "@hardgrad/onnx/graph": join(import.meta.dirname, "../../onnx/src/graph.ts") },
    ...{ bundle: true, write: false, format: "esm", platform: "node", logLevel: "silent" },
  });
  const node = ["--input-type=module", "--eval", outputFiles[0]!.text];
  const used = execFileSync(process.execPath, node, { encoding: "utf8", timeout: 280_000 });
  // One thread that looks all the time would take 500 ms; collecting garbage takes some.
  expect(Number(used)).toBeLessThan(200);
});

function trivial(): number[] {
  const builder = new ModuleBuilder(shared);
  builder.function([type.i32, type.i32], [], [], [], "run");
  return [...builder.bytes()];
}
