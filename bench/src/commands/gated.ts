import { existsSync } from "node:fs";
import { UsageError } from "@hardgrad/cli/internal/ask/errors";
import { type Flags, listOf, wholeNumberFlag } from "@hardgrad/cli/internal/ask/flags";
import { unknownName } from "@hardgrad/cli/internal/ask/suggest";
import { checkTarget, writeFigure } from "@hardgrad/cli/internal/disk/figure-file";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { narrator, print, printJson } from "@hardgrad/cli/internal/print/console";
import { tableText } from "@hardgrad/cli/internal/print/table";
import { benchGated } from "../gated/bench.ts";
import { densityFigure } from "../gated/figure.ts";
import type { Clock } from "../gated/interleave.ts";
import { type Captioned, gatedConditions, gatedTables, pairTable } from "../gated/report.ts";
import { type GatedPart, gatedParts } from "../gated/results.ts";

const peerNames = ["onnxruntime", "pytorch"];

/** `gated`: skipping kernels against dense ones, networks against their float twins, with checked outputs. */
export async function runGatedBench(flags: Flags): Promise<void> {
  const narrate = narrator(flags.quiet === true);
  const { json, out } = flags;
  const parts = listOf("part", flags.parts ?? gatedParts.join(","), gatedParts) as GatedPart[];
  const plan = {
    parts,
    pairs: flags.pairs as string | undefined,
    peers: flags.peers === "none" ? [] : listOf("peer", flags.peers ?? peerNames.join(","), peerNames),
    python: flags.python as string | undefined,
    rounds: wholeNumberFlag("--rounds", String(flags.rounds ?? 30), 3, 1000),
    clock: clockOf(flags.clock),
    quick: flags.quick === true,
  };
  if (typeof out === "string") {
    checkTarget(out, flags.force === true);
    if (!parts.includes("kernels"))
      throw new UsageError(
        "--out draws the kernels, which --parts leaves out; add them, or leave --out out.",
      );
  }
  if (typeof json === "string" && flags.force !== true && existsSync(json))
    throw new UsageError(`${json} exists; add --force to replace it, or choose another --json.`);
  const results = await benchGated(plan, narrate);
  if (typeof json === "string") writeWhole(json, `${JSON.stringify(results, null, 2)}\n`);
  if (typeof out === "string") await writeFigure(densityFigure(results), out);
  if (json === true) return printJson(results);
  if (results.pairs.length > 0) show("Networks", [pairTable(results)]);
  for (const { title, tables } of gatedTables(results)) show(title, tables);
  narrate(gatedConditions(results));
}

function clockOf(flag: unknown): Clock {
  const clocks = ["wall", "cpu"];
  const clock = String(flag ?? "wall");
  if (!clocks.includes(clock)) throw unknownName("clock", clock, clocks);
  return clock as Clock;
}

function show(title: string, tables: readonly Captioned[]): void {
  print(title);
  for (const { caption, table } of tables)
    print(`${caption ? `${caption}:\n` : ""}${tableText(table.head, table.rows)}`);
}
