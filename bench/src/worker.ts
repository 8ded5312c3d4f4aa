import { createInterface } from "node:readline";
import { type Backend, drawnDigits, findExperiment, startRun, useDevice } from "@hardgrad/experiments";
import { type Answer, type Request, readTensors, writeTensors } from "./protocol.ts";
import { findRow } from "./rows/index.ts";
import type { Entry } from "./rows/row.ts";
import { timedStep } from "./rows/training.ts";
import { installed } from "./versions.ts";

/** Our contestant, as a process of its own: `node worker.js DEVICE`. */
const device = process.argv[2] ?? "wasm";

/** How each row begins, and what has begun, by row and number of threads. */
const starts = new Map<string, (backend: Backend) => Promise<Partial<Entry>>>();
const begun = new Map<string, Partial<Entry>>();
const notices: string[] = [];
let threads: number | undefined;

const backendOf = (): Promise<Backend> =>
  useDevice(device, {
    ...(threads === undefined ? {} : { threads }),
    notice: (sentence) => void notices.push(sentence),
  });

/** The name of the GPU, where there is one. */
const gpuOf = ({ device: on, products }: Backend): Answer => (on === "webgpu" ? { GPU: products } : {});

async function entryOf(row: string): Promise<Partial<Entry>> {
  const start = starts.get(row);
  if (!start) throw new Error(`row ${row} is not loaded`);
  const key = `${row} ${threads}`;
  const entry = begun.get(key) ?? (await start(await backendOf()));
  begun.set(key, entry);
  return entry;
}

async function answer(request: Request): Promise<Answer> {
  switch (request.do) {
    case "hello":
      return { ...installed(device), ...gpuOf(await backendOf()) };
    case "load": {
      const tensors = readTensors(request.file);
      starts.set(request.row, (backend) => findRow(request.row).start(backend, tensors));
      await entryOf(request.row);
      return {};
    }
    case "train":
      starts.set(request.row, (backend) => timedStep(backend, request.config));
      await entryOf(request.row);
      return {};
    case "threads":
      threads = request.threads;
      return {};
    case "check":
      writeTensors(request.file, await (await entryOf(request.row)).check!());
      return { notice: notices.join(" ") };
    case "time": {
      const { run } = await entryOf(request.row);
      const from = performance.now();
      const cpu = process.cpuUsage();
      const loss = await run!(request.steps);
      const { user, system } = process.cpuUsage(cpu);
      return { seconds: (performance.now() - from) / 1000, cpu: (user + system) / 1e6, loss };
    }
    case "run": {
      const { train, test } = request.config.drawn!;
      const run = await startRun(
        findExperiment(request.config.experiment),
        request.config,
        drawnDigits({ train, test }),
        await backendOf(),
      );
      while (run.step < request.steps) await run.advance();
      const { outsideFraction, msPerStep } = run.summary();
      run.dispose();
      return { outside: outsideFraction, milliseconds: msPerStep };
    }
    default:
      throw new Error(`there is no request ${request.do}`);
  }
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
