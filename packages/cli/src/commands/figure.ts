import { findExperiment } from "@hardgrad/experiments";
import { type Flags, seedOf, whichCan } from "../ask/configuration.ts";
import { UsageError } from "../ask/errors.ts";
import { settingsFromFlags } from "../ask/flags.ts";
import { unknownName } from "../ask/suggest.ts";
import { checkTarget, type FigureEntry, figures, writeFigure } from "../figures/index.ts";
import { print, printJson } from "../print/console.ts";
import { readConfig } from "../run-folder/read.ts";

/** `figure NAME`: a figure of the documentation, drawn from the code. */
export async function figure(name: string | undefined, flags: Flags): Promise<void> {
  const entries = await figures();
  if (name === undefined) {
    const given = Object.keys(flags).find((flag) => flag !== "quiet");
    if (given !== undefined)
      throw new UsageError(
        `--${given} is of a figure; name one of ${entries.map((f) => f.name).join(", ")}.`,
      );
    for (const entry of entries) print(`${entry.name}  ${entry.title}`);
    return;
  }
  const entry = entries.find((f) => f.name === name);
  if (!entry) throw unknownName("figure", name, entries.map((f) => f.name)); // biome-ignore format: one thought
  for (const flag of ["squash", "slope", "points"])
    if (flags[flag] !== undefined && !(flag in entry.options))
      throw new UsageError(`--${flag} is not an option of figure ${name}; leave it out.`);
  if (flags.seed !== undefined && !entry.seeded)
    throw new UsageError(`--seed is not an option of figure ${name}, which draws nothing; leave it out.`);
  const run = runOf(entry, flags.run as string | undefined);
  const options = settingsFromFlags(entry.options, flags);
  const seed = seedOf(flags);
  const out = flags.out as string | undefined;
  if (out) checkTarget(out, flags.force === true);
  const drawn = await entry.draw(options, seed, run);
  if (out) {
    await writeFigure(drawn, out);
    if (!flags.json && !flags.quiet) process.stderr.write(`wrote ${out}\n`);
  }
  if (flags.json)
    printJson({ name, title: entry.title, options, seed, ...(out ? { out } : { rows: drawn.rows }) });
  else if (!out) print(drawn.svg);
}

/** The folder of the run that a figure is of; empty for figures that are of none. */
function runOf({ name, chart }: FigureEntry, run: string | undefined): string {
  if (chart === undefined) {
    if (run === undefined) return "";
    throw new UsageError(`--run is not an option of figure ${name}; leave it out.`);
  }
  if (run === undefined)
    throw new UsageError(`figure ${name} is of a run; give its folder: --run runs/NAME.`);
  const { experiment } = readConfig(run);
  if (!findExperiment(experiment).charts?.includes(chart))
    throw new UsageError(
      `figure ${name} is of runs of ${whichCan((e) => e.charts?.find((c) => c === chart))}, but ${run} is of ${experiment}.`,
    );
  return run;
}
