import { existsSync } from "node:fs";
import { devicesOf } from "@hardgrad/cli/internal/ask/device";
import { Failure, UsageError } from "@hardgrad/cli/internal/ask/errors";
import { type Flags, listOf, wholeNumberFlag } from "@hardgrad/cli/internal/ask/flags";
import { checkTarget, writeFigure } from "@hardgrad/cli/internal/disk/figure-file";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { type Narrate, narrator, print, printJson } from "@hardgrad/cli/internal/print/console";
import { tableText } from "@hardgrad/cli/internal/print/table";
import { bench, type Plan, partNames } from "../bench.ts";
import { stopAll } from "../child.ts";
import { ours, peerNames, peers, usualPeers } from "../contestants.ts";
import { raceFigure } from "../figure.ts";
import * as report from "../report.ts";
import type { BenchResults } from "../results.ts";
import { rows as allRows, findRow } from "../rows/index.ts";

/** Seconds that one contestant runs before the next one has its turn. */
const TURN = 0.5;

/** `race`: speed and memory, side by side with the peers that are installed, on work that is checked to be the same. */
export async function runRace(flags: Flags): Promise<void> {
  const narrate = narrator(flags.quiet === true);
  const plan = planOf(flags);
  const { json, out } = flags;
  if (typeof out === "string") {
    checkTarget(out, flags.force === true);
    if (!plan.parts.includes("race"))
      throw new UsageError("--out draws the race, which --parts leaves out; add it, or leave --out out.");
  }
  if (typeof json === "string" && flags.force !== true && existsSync(json))
    throw new UsageError(`${json} exists; add --force to replace it, or choose another --json.`);
  for (const { title, missing } of plan.contestants)
    if (missing) narrate(`${title} is left out: ${missing}.`);
  const results = await interruptible(() => bench(plan, narrate));
  if (typeof json === "string") writeWhole(json, `${JSON.stringify(results, null, 2)}\n`);
  if (typeof out === "string") await writeFigure(raceFigure(results), out);
  if (json === true) printJson(results);
  else printTables(results, narrate);
  const failed = [
    ...results.race.flatMap((row) =>
      row.contestants.filter((c) => c.status === "failed").map((c) => `${c.title} on ${row.id}`),
    ),
    ...results.problems.map((problem) => problem.replace(/\.$/, "")),
  ];
  if (failed.length > 0) throw new Failure(`failed, with the reasons above: ${failed.join("; ")}.`);
}

function planOf(flags: Flags): Plan {
  const parts = flags.parts ?? (flags.rows === undefined ? partNames.join(",") : "race");
  const rowNames = allRows.map((row) => row.id);
  const devices = devicesOf(flags.device, "wasm,native");
  const chosen = flags.peers === "none" ? [] : listOf("peer", flags.peers ?? usualPeers.join(","), peerNames);
  return {
    parts: listOf("part", parts, partNames),
    rows: listOf("row", flags.rows ?? rowNames.join(","), rowNames).map(findRow),
    rounds: wholeNumberFlag("--rounds", String(flags.rounds ?? 11), 1, 1000),
    contestants: [...devices.map(ours), ...peers(chosen, flags.python as string | undefined)],
    secondsPerTurn: TURN,
  };
}

/** Ctrl-C and SIGTERM end the contestants too. */
async function interruptible<T>(work: () => Promise<T>): Promise<T> {
  const stop = (): void => {
    stopAll();
    process.stderr.write("stopped; nothing was written.\n");
    process.exit(130);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work();
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function printTables(results: BenchResults, narrate: Narrate): void {
  const show = ({ head, rows }: report.Table): void => {
    if (rows.length === 0) return;
    print(tableText(head, rows));
  };
  show(report.raceTable(results.race));
  show(report.contestantTable(results.race));
  show(report.memoryTable(results.race));
  show(report.estimatorTable(results));
  show(report.scalingTable(results));
  show(report.outsideTable(results));
  show(report.limitTable(results));
  narrate(report.conditions(results));
}
