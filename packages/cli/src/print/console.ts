import { reasonOf } from "../ask/errors.ts";

/** Data goes to stdout, narration to stderr. */

/** Prints data. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints data as JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A line of narration, unless `--quiet`. */
export type Narrate = (line: string) => void;

/** Narration on stderr, or nothing. */
export function narrator(quiet: boolean | undefined): Narrate {
  return quiet ? () => {} : (line) => void process.stderr.write(`${line}\n`);
}

/** Seconds as people write them: `42 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  return s < 3600
    ? `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`
    : `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
}

/** A number with few digits, for tables. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "—";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 0.01 && size < 10_000 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** A fraction as a percentage. */
export function percent(value: number, digits = 2): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : "—";
}

/** Prints data piece by piece, as fast as the reader takes it; ends quietly if the reader goes away (`| head`). */
export async function printPieces(pieces: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  for await (const piece of pieces) {
    if (gone.has(stdout)) return;
    if (!stdout.write(piece)) await new Promise((resolve) => stdout.once("drain", resolve));
  }
}

const watched = new Set<NodeJS.WriteStream>();
const gone = new Set<NodeJS.WriteStream>();

/**
 * A reader that goes away (`| head`, a terminal that is closed) is no error: what is said is lost, the work goes on. A
 * full disk behind stdout is one, and is said where it can be.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (watched.has(stream)) continue;
    watched.add(stream);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (gone.has(stream)) return;
      gone.add(stream);
      stream.emit("drain"); // for who waits to write more
      if (["EPIPE", "EIO", "ERR_STREAM_DESTROYED"].includes(error.code ?? "")) return;
      process.once("exit", () => {
        process.exitCode ||= 1;
      });
      if (stream === process.stdout) process.stderr.write(`cannot write to stdout: ${reasonOf(error)}.\n`);
    });
  }
}
