import { fileURLToPath } from "node:url";
import { formOf, type Picture } from "@hardgrad/experiments";
import type { Command } from "commander";
import { whichCan } from "../ask/configuration.ts";
import { Failure, Interrupted, UsageError } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { writeFigure } from "../disk/figure-file.ts";
import { streamWhole } from "../disk/files.ts";
import { drawerOf, refuseSilent } from "../draw/drawer.ts";
import { checkOutput, columnsOf, freeName } from "../draw/output.ts";
import { type Drawn, drawn } from "../draw/pictures.ts";
import { digitOf, MOST, type Request, requestOf } from "../draw/request.ts";
import { blockCharacters, csvOf, jsonOf } from "../draw/text.ts";
import { pictureSvg } from "../figures/pictures.ts";
import { narrator, print, printJson, printPieces } from "../print/console.ts";
import { savedRun } from "../run-folder/saved-run.ts";

/** Pictures between two lines that say how far it is. */
const REPORT = 100_000;

/** The run of a small generator that comes with this package, so that there is a picture at once. */
const small = fileURLToPath(new URL("../../digits", import.meta.url));

/** `draw [RUN]`: pictures of the digit that is asked for, by a trained generator. */
export async function drawPictures(given: string | undefined, flags: Flags): Promise<void> {
  const run = given ?? small;
  const request = requestOf(flags);
  const narrate = narrator(flags.quiet === true);
  const trained = savedRun(run, "cannot draw from");
  const { config } = trained.checkpoint;
  refuseSilent(trained, `only runs of ${whichCan((e) => e.draw)} draw on request`);
  const names = formOf(config).classes;
  const asked = flags.digit === undefined ? undefined : digitOf(String(flags.digit), names);
  const generator = await drawerOf(trained, "draw from");
  const digits = asked === undefined ? generator.digits : [known(run, asked, generator.digits, names)];
  const total = request.count * digits.length;
  if (total > MOST)
    throw new UsageError(
      `--count ${request.count} of each of ${digits.length} digits makes ${total} pictures; the most is ${MOST}, so lower it.`,
    );
  const out =
    (flags.out as string | undefined) ?? (flags.json ? undefined : freeName(request, digits, names));
  if (out) checkOutput(out, total, flags.force === true);
  const said = sentence(request, digits, names);
  narrate(
    `${said}, seed ${request.seed}, by ${given ?? "the small generator that comes with hardgrad"} ${trained.age}${trained.ended ? "" : " (it has not ended)"}`,
  );
  const about = {
    run: given ?? "digits",
    data: config.data,
    title: said,
    kind: request.kind,
    seed: request.seed,
    ...generator.shape,
  };
  const blocks = stoppable(drawn(generator, request, digits), total, narrate);
  if (out === undefined) return printPieces(jsonOf(about, names, blocks));
  if (/\.csv$/i.test(out)) await streamWhole(out, csvOf(generator.shape, blocks));
  else {
    const rows = request.kind === "grid" ? { rows: digits.map((digit) => names[digit]!) } : {};
    const { shape } = generator;
    const sheet = { name: "drawn", title: said, columns: columnsOf(request), shape, ...rows };
    await writeSheet(out, sheet, blocks, process.stdout.isTTY && !flags.quiet && !flags.json);
  }
  if (flags.json) printJson({ ...about, pictures: total, out });
  else print(out);
}

/** A digit that the network can be asked for: without labels it may have found no class for some. */
function known(run: string, digit: number, digits: readonly number[], names: readonly string[]): number {
  if (digits.includes(digit)) return digit;
  throw new Failure(
    `cannot draw ${names[digit]} from ${run}: without labels it found no class that is ${names[digit]}; ask for one of ${digits.map((d) => names[d]).join(", ")}.`,
  );
}

/** What is drawn, in words. */
function sentence(request: Request, digits: readonly number[], names: readonly string[]): string {
  const { kind, count, styles } = request;
  const name = names[digits[0]!];
  if (kind === "grid") return `${digits.length} classes in ${count} ${count === 1 ? "style" : "styles"}`;
  if (kind === "digit") return `${count} ${count === 1 ? "picture" : "pictures"} of ${name}`;
  return `${name} from style ${styles![0]} to style ${styles![1]} in ${count} pictures`;
}

/** The blocks; between them Ctrl-C is heard, from now on, and long work says how far it is. */
function stoppable(
  blocks: AsyncIterable<readonly Drawn[]>,
  total: number,
  narrate: (line: string) => void,
): AsyncGenerator<readonly Drawn[]> {
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  // Before a file is begun: without a handler a signal would leave it behind.
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return (async function* () {
    let done = 0;
    try {
      for await (const block of blocks) {
        yield block;
        const before = Math.floor(done / REPORT);
        done += block.length;
        if (done < total && Math.floor(done / REPORT) > before) narrate(`${done} of ${total}`);
        await new Promise((resolve) => setImmediate(resolve)); // signals arrive here
        if (stopped)
          throw new Interrupted(`stopped after ${done} of ${total} pictures; no file was written.`);
      }
    } finally {
      process.off("SIGINT", stop).off("SIGTERM", stop);
    }
  })();
}

/** One sheet as SVG or PNG; on a terminal also a first look at it. */
async function writeSheet(
  out: string,
  sheet: Omit<Picture, "tiles">,
  blocks: AsyncIterable<readonly Drawn[]>,
  look: boolean,
): Promise<void> {
  const tiles: Drawn[] = [];
  for await (const block of blocks) tiles.push(...block);
  await writeFigure({ svg: pictureSvg({ ...sheet, tiles }), rows: [] }, out, tiles.length > 400 ? 1 : 2);
  const first = tiles.slice(0, sheet.columns).map(({ pixels }) => pixels);
  if (look) process.stdout.write(blockCharacters(first, sheet.shape, process.stdout.columns));
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("[run]", "the folder of a generator run (default: a small generator that comes with hardgrad)")
    .option("--digit <n>", "class to draw, by number or name, such as 7 or sneaker")
    .option(
      "--count <n>",
      "number of pictures; with --grid: of styles; with --morph: of steps (default: 16, 10, 12)",
    )
    .option("--grid", "one row per digit, one column per style (default)")
    .option("--morph <a:b>", "the digit from style number a to style number b, such as 3:8")
    .option("--seed <n>", "seed of the styles; the same seed gives the same pictures", "0")
    .option("--out <file>", "a sheet (.png, .svg) or all grey values (.csv) (default: a PNG with a new name)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print what was drawn as JSON; without --out, with all grey values")
    .option("--quiet", "print results only")
    .action((run, flags) => drawPictures(run, flags));
}
