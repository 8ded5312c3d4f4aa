import { type Flags, seedOf } from "../configuration.ts";
import { print, printJson } from "../console.ts";
import { UsageError } from "../errors.ts";
import { checkTarget, figures, writeFigure } from "../figures/index.ts";
import { settingsFromFlags } from "../flags.ts";
import { unknownName } from "../suggest.ts";

/** `figure NAME`: a figure of the documentation, drawn from the code. */
export async function figure(name: string | undefined, flags: Flags): Promise<void> {
  const entries = await figures();
  if (name === undefined) {
    for (const entry of entries) print(`${entry.name}  ${entry.title}`);
    return;
  }
  const entry = entries.find((f) => f.name === name);
  if (!entry) throw unknownName("figure", name, entries.map((f) => f.name)); // biome-ignore format: one thought
  for (const flag of ["squash", "slope", "points"])
    if (flags[flag] !== undefined && !(flag in entry.options))
      throw new UsageError(`--${flag} is not an option of figure ${name}; leave it out.`);
  const options = settingsFromFlags(entry.options, flags);
  const seed = seedOf(flags);
  const out = flags.out as string | undefined;
  if (out) checkTarget(out, flags.force === true);
  const drawn = await entry.draw(options, seed);
  if (out) {
    await writeFigure(drawn, out);
    if (!flags.json && !flags.quiet) process.stderr.write(`wrote ${out}\n`);
  }
  if (flags.json)
    printJson({ name, title: entry.title, options, seed, ...(out ? { out } : { rows: drawn.rows }) });
  else if (!out) print(drawn.svg);
}
