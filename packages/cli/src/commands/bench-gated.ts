import { existsSync } from "node:fs";
import { benchGated } from "../bench/gated/bench.ts";
import { densityFigure } from "../bench/gated/figure.ts";
import type { Clock } from "../bench/gated/interleave.ts";
import { gatedConditions, gatedTables, pairTable } from "../bench/gated/report.ts";
import { type GatedPart, gatedParts } from "../bench/gated/results.ts";
import type { Flags } from "../configuration.ts";
import { narrator, print, printJson } from "../console.ts";
import { UsageError } from "../errors.ts";
import { checkTarget, writeFigure } from "../figures/index.ts";
import { listOf, wholeNumber } from "../flags.ts";
import { writeWhole } from "../run-folder/files.ts";
import { unknownName } from "../suggest.ts";
import { tableText } from "../table.ts";

const peerNames = ["onnxruntime", "pytorch"];

/** `bench gated`: skipping kernels against dense ones, networks against their float twins, with checked outputs. */
export async function runGatedBench(flags: Flags): Promise<void> {
  const narrate = narrator(flags.quiet === true);
  const { json, out } = flags;
  const parts = listOf("part", flags.parts ?? gatedParts.join(","), gatedParts) as GatedPart[];
  const plan = {
    parts,
    pairs: flags.pairs as string | undefined,
    peers: flags.peers === "none" ? [] : listOf("peer", flags.peers ?? peerNames.join(","), peerNames),
    python: flags.python as string | undefined,
    rounds: wholeNumber("--rounds", String(flags.rounds ?? 30), 3, 1000),
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
  if (results.pairs.length > 0) show("Networks", pairTable(results));
  for (const { title, table } of gatedTables(results)) show(title, table);
  narrate(gatedConditions(results));
}

function clockOf(flag: unknown): Clock {
  const clocks = ["wall", "cpu"];
  const clock = String(flag ?? "wall");
  if (!clocks.includes(clock)) throw unknownName("clock", clock, clocks);
  return clock as Clock;
}

function show(title: string, { head, rows }: ReturnType<typeof pairTable>): void {
  print(`${title}\n${tableText(head, rows)}`);
}
