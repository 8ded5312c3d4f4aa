import type { Command } from "commander";
import { seedOf, whichCan } from "../ask/configuration.ts";
import { UsageError } from "../ask/errors.ts";
import { type Flags, givenSettings } from "../ask/flags.ts";
import { unknownName } from "../ask/suggest.ts";
import { checkTarget, writeFigure } from "../disk/figure-file.ts";
import { figures } from "../figures/index.ts";
import { print, printJson } from "../print/console.ts";
import { type RunFigure, runFigures } from "../run-figures/index.ts";
import { type SavedRun, savedRun } from "../run-folder/saved-run.ts";

/** `figure NAME`: a figure of the documentation, drawn from the code, or one of a run. */
export async function figure(name: string | undefined, flags: Flags): Promise<void> {
  const ofCode = await figures();
  const names = [...ofCode, ...runFigures].map((f) => f.name);
  if (name === undefined) {
    const given = Object.keys(flags).find((flag) => flag !== "quiet");
    if (given !== undefined)
      throw new UsageError(`--${given} needs the name of a figure: ${names.join(", ")}.`);
    for (const entry of [...ofCode, ...runFigures]) print(`${entry.name}  ${entry.title}`);
    return;
  }
  const entry = ofCode.find((f) => f.name === name);
  const ofRun = runFigures.find((f) => f.name === name);
  const { title } = entry ?? ofRun ?? refuse(name, names);
  const table = entry?.options ?? {};
  for (const flag of ["squash", "slope", "points"])
    if (flags[flag] !== undefined && !(flag in table))
      throw new UsageError(`--${flag} is not an option of figure ${name}; leave it out.`);
  if (flags.seed !== undefined && !entry?.seeded)
    throw new UsageError(
      `--seed is not an option of figure ${name}, which has no random numbers; leave it out.`,
    );
  if (flags.run !== undefined && !ofRun)
    throw new UsageError(`--run is not an option of figure ${name}; leave it out.`);
  const run = ofRun && runOf(ofRun, flags.run as string | undefined);
  const defaults = Object.fromEntries(Object.entries(table).map(([option, spec]) => [option, spec.default]));
  const options = { ...defaults, ...givenSettings(table, flags) };
  const seed = seedOf(flags);
  const out = flags.out as string | undefined;
  if (out) checkTarget(out, flags.force === true);
  const drawn = await (run ? ofRun.draw(run) : entry!.draw(options, seed));
  if (out) {
    await writeFigure(drawn, out);
    if (!flags.json && !flags.quiet) process.stderr.write(`wrote ${out}\n`);
  }
  if (flags.json) printJson({ name, title, options, seed, ...(out ? { out } : { rows: drawn.rows }) });
  else if (!out) print(drawn.svg);
}

function refuse(name: string, names: readonly string[]): never {
  throw unknownName("figure", name, names);
}

/** The run that a figure is of. */
function runOf({ name, chart }: RunFigure, path: string | undefined): SavedRun {
  if (path === undefined)
    throw new UsageError(`figure ${name} shows a run; give its folder with --run runs/NAME.`);
  const run = savedRun(path, "cannot draw a figure of");
  const { charts, name: experiment } = run.experiment;
  if (charts?.includes(chart)) return run;
  const able = whichCan((e) => e.charts?.find((c) => c === chart));
  throw new UsageError(`figure ${name} needs a run of ${able}, but ${path} is a run of ${experiment}.`);
}

/** Its arguments and options. */
export async function declare(command: Command): Promise<void> {
  const names = [...(await figures()), ...runFigures].map((f) => f.name);
  command
    .argument("[name]", `one of ${names.join(", ")}`)
    .option("--out <file>", "file to write, .svg, .png or .csv (default: SVG on stdout)")
    .option("--run <folder>", "continual, gates, circuit, choices: the run to draw")
    .option("--squash <name>", "neuron: hard-sigmoid or sigmoid")
    .option("--slope <value>", "neuron: factor on the pre-activation")
    .option("--points <n>", "neuron: points over [-3, 3]")
    .option("--seed <n>", "neuron: seed of the samples (default: 0)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print the data as JSON")
    .option("--quiet", "print results only")
    .action((name, flags) => figure(name, flags));
}
