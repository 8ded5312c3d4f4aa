import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "@hardgrad/cli/internal/ask/errors";
import { compareResults } from "./check.ts";
import { startChild } from "./child.ts";
import type { Contestant } from "./contestants.ts";
import { readTensors, type Tensors, writeTensors } from "./protocol.ts";
import type { ContestantResult, RowResult } from "./results.ts";
import type { Row } from "./rows/row.ts";
import { ratios, spread } from "./statistics.ts";
import { bestThreads, pace, type Runner, race, type Time } from "./timing.ts";

export interface RaceOptions {
  readonly rounds: number;
  readonly secondsPerTurn: number;
  /** Says what is being done. */
  say(line: string): void;
  /** One contestant has had one turn. */
  turn(): void;
  /** Seconds that any answer may take. */
  readonly patience: number;
}

/** A contestant of a row while it is on. */
type Place = {
  readonly contestant: Contestant;
  runner?: Runner;
  result: ContestantResult;
};

/** One row: everybody computes the same numbers, then they are timed in turns. Those that fail are named and left out. */
export async function runRow(
  row: Row,
  contestants: readonly Contestant[],
  options: RaceOptions,
): Promise<RowResult> {
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-bench-"));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  process.on("exit", clean);
  const inputs = join(folder, "inputs.safetensors");
  const places: Place[] = contestants.map((contestant) => ({
    contestant,
    result: {
      id: contestant.id,
      title: contestant.title,
      ours: contestant.device !== undefined,
      status: "missing",
    },
  }));
  const fail = (place: Place, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    place.runner?.child.stop();
    delete place.runner;
    place.result = { ...place.result, status: "failed", reason };
    options.say(`${row.id}: ${place.contestant.title} is out: ${reason}`);
  };
  try {
    writeTensors(inputs, await row.inputs());
    let reference: Tensors | undefined;
    for (const place of places) {
      const { contestant } = place;
      const { command, missing, title, threads: choices = [] } = contestant;
      if (!command || missing !== undefined) {
        place.result = { ...place.result, reason: missing ?? "it can't be started" };
        continue;
      }
      options.say(`${row.id}: ${title} starts and is checked`);
      const { patience } = options;
      const begin = async (threads?: number): Promise<Runner> => {
        const child = startChild(title, command);
        place.runner = { child, row: row.id, patience, steps: 1 };
        if (threads !== undefined) await child.ask({ do: "threads", threads }, patience);
        await child.ask({ do: "load", row: row.id, file: inputs }, patience);
        const file = join(folder, `${contestant.id}.safetensors`);
        const { notice } = await child.ask({ do: "check", row: row.id, file }, patience);
        const results = readTensors(file);
        reference ??= results;
        place.result = { ...place.result, error: checked(title, results, reference, row.tolerance) };
        if (typeof notice === "string" && notice) place.result = { ...place.result, reason: notice };
        place.runner.steps = await pace(place.runner, options.secondsPerTurn);
        return place.runner;
      };
      try {
        const runner = await begin();
        if (choices.length > 1) {
          const threads = await bestThreads(runner, choices);
          place.result = { ...place.result, threads };
          // Anew, so that its memory is that of a process which never had another number of threads.
          runner.child.stop();
          await begin(threads);
        }
      } catch (error) {
        fail(place, error);
      }
    }
    const ready = places.filter((place) => place.runner);
    const times = await race(
      ready.map((place) => place.runner!),
      options.rounds,
      {
        turn: options.turn,
        lost: (runner, error) => fail(ready.find((place) => place.runner === runner)!, error),
      },
    );
    for (const place of ready) if (place.runner) place.result = finished(place, ready, times);
    return {
      id: row.id,
      title: row.title,
      tolerance: row.tolerance,
      contestants: places.map((p) => p.result),
    };
  } finally {
    for (const { runner } of places) runner?.child.stop();
    clean();
    process.off("exit", clean);
  }
}

/** The largest error, if it is small enough. */
function checked(title: string, results: Tensors, reference: Tensors, tolerance: number): number {
  const { error, worst } = compareResults(results, reference);
  if (error > tolerance)
    throw new Failure(
      `${title} does not compute the same numbers: ${worst} differs by ${error.toExponential(1)} of its size, allowed are ${tolerance}.`,
    );
  return error;
}

function finished(
  place: Place,
  all: readonly Place[],
  times: ReadonlyMap<Runner, readonly Time[]>,
): ContestantResult {
  const wall = (of: Place): number[] => times.get(of.runner!)!.map((t) => t.wall);
  const own = wall(place);
  const cpu = times.get(place.runner!)!.map((t) => 1000 * t.cpu);
  const others = all.filter((other) => other !== place && other.runner);
  const memory = place.runner!.child.peakMemory();
  return {
    ...place.result,
    status: "done",
    milliseconds: spread(own.map((t) => 1000 * t)),
    speed: Object.fromEntries(others.map((other) => [other.contestant.id, ratios(wall(other), own)])),
    ...(cpu.every(Number.isFinite) ? { cpuMilliseconds: spread(cpu).median } : {}),
    ...(memory === undefined ? {} : { peakMemoryMiB: Math.round(memory / 2 ** 20) }),
  };
}
