import { createInterface } from "node:readline";
import { type Backend, drawnDigits, nativeBackend, startRun, useDevice } from "@hardgrad/experiments";
import { type Answer, type Request, readTensors, writeTensors } from "./protocol.ts";
import { findRow } from "./rows/index.ts";
import type { Entry } from "./rows/row.ts";
import { timedStep } from "./rows/training.ts";
import { installed } from "./versions.ts";

/** Our contestant, as a process of its own: `node worker.js DEVICE`. */
const device = process.argv[2] ?? "wasm";

/** How each row begins, and the one that runs: another number of threads begins it anew. */
const starts = new Map<string, (backend: Backend) => Promise<Partial<Entry>>>();
const entries = new Map<string, Partial<Entry>>();
let threads = 1;

const backendOf = (): Promise<Backend> =>
  device === "native" ? nativeBackend({ threads }) : useDevice(device);

async function begin(row: string, start: (backend: Backend) => Promise<Partial<Entry>>): Promise<Answer> {
  starts.set(row, start);
  entries.set(row, await start(await backendOf()));
  return installed(device);
}

async function answer(request: Request): Promise<Answer> {
  switch (request.do) {
    case "load": {
      const tensors = readTensors(request.file);
      return begin(request.row, (backend) => findRow(request.row).start(backend, tensors));
    }
    case "train":
      return begin(request.row, (backend) => timedStep(backend, request.config));
    case "threads":
      if (request.threads !== threads) {
        threads = request.threads;
        for (const [row, start] of starts) entries.set(row, await start(await backendOf()));
      }
      return {};
    case "check":
      writeTensors(request.file, await part(request.row, "check")());
      return {};
    case "time": {
      const run = part(request.row, "run");
      const from = performance.now();
      const loss = await run(request.steps);
      return { seconds: (performance.now() - from) / 1000, loss };
    }
    case "run": {
      const { train, test } = request.config.drawn!;
      const run = await startRun(request.config, drawnDigits({ train, test }), await backendOf());
      while (run.step < request.steps) await run.advance();
      const { outsideFraction, msPerStep } = run.summary();
      run.dispose();
      return { outside: outsideFraction, milliseconds: msPerStep };
    }
    default:
      throw new Error(`there is no request ${request.do}`);
  }
}

function part<K extends keyof Entry>(row: string, name: K): Entry[K] {
  const found = entries.get(row)?.[name];
  if (!found) throw new Error(`row ${row} is not loaded`);
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request: Request = JSON.parse(line);
  if (request.do === "quit") break;
  let text: string;
  try {
    text = JSON.stringify(await answer(request));
  } catch (error) {
    text = JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
  }
  process.stdout.write(`${text}\n`);
}
process.exit(0);
