import { seedOf } from "../ask/configuration.ts";
import { UsageError } from "../ask/errors.ts";
import { type Flags, numberOf, wholeNumberFlag } from "../ask/flags.ts";
import { nearest } from "../ask/suggest.ts";

/** Most pictures of one call, and of a sheet that people look at. */
export const MOST = 1_000_000;
export const MOST_ON_SHEET = 2_500;

/** What is to be drawn, as far as it can be known without the run. */
export interface Request {
  readonly kind: "digit" | "grid" | "morph";
  readonly count: number;
  readonly seed: number;
  /** morph: the numbers of the first and the last style. */
  readonly styles?: readonly [number, number];
}

/** The flags of `draw`, checked. */
export function requestOf(flags: Flags): Request {
  const seed = seedOf(flags);
  const { digit, morph } = flags;
  if (flags.grid && digit !== undefined)
    throw new UsageError("--grid draws all digits and --digit one; leave one of them out.");
  if (flags.grid && morph !== undefined)
    throw new UsageError("--grid and --morph are different pictures; leave one of them out.");
  const count = (fallback: number, min: number, max: number): number =>
    flags.count === undefined ? fallback : wholeNumberFlag("--count", String(flags.count), min, max);
  if (morph !== undefined) {
    if (digit === undefined)
      throw new UsageError(
        `--morph ${morph} goes from one style to another of the same digit; say which digit with --digit.`,
      );
    return { kind: "morph", count: count(12, 2, MOST_ON_SHEET), seed, styles: stylesOf(String(morph)) };
  }
  return digit === undefined
    ? { kind: "grid", count: count(10, 1, MOST), seed }
    : { kind: "digit", count: count(16, 1, MOST), seed };
}

/** `3:8`, two style numbers. */
function stylesOf(text: string): [number, number] {
  const numbers = text.split(":").map((part) => numberOf(part.trim()));
  const [first, last] = numbers;
  const valid = (n: number | undefined): n is number =>
    n !== undefined && Number.isInteger(n) && n >= 0 && n < MOST;
  if (numbers.length !== 2 || !valid(first) || !valid(last) || first === last)
    throw new UsageError(
      `--morph must be two different style numbers from 0 to ${MOST - 1} joined by a colon, such as 3:8, not ${JSON.stringify(text)}.`,
    );
  return [first, last];
}

/** The class that `--digit` asks for: its name, or its number where names are no numbers. */
export function digitOf(text: string, names: readonly string[]): number {
  const value = numberOf(text);
  const numbers = names.map(numberOf);
  const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const same = (name: string, n: number): boolean =>
    value === undefined ? plain(name) === plain(text) : numbers[n] === value;
  const found = names.includes(text) ? names.indexOf(text) : names.findIndex(same);
  if (found >= 0) return found;
  const numbered = numbers.every((number) => number !== undefined);
  if (!numbered && value !== undefined && Number.isInteger(value) && value >= 0 && value < names.length)
    return value;
  const last = names.length - 1;
  if (names.every((name, n) => name === String(n)))
    throw new UsageError(`--digit must be a whole number from 0 to ${last}, not ${JSON.stringify(text)}.`);
  const guess = value === undefined && nearest(text, names);
  const some = names.length > 20 ? [...names.slice(0, 20), "..."] : names;
  throw new UsageError(
    `--digit must be a class of these data, ${numbered ? "" : `by number from 0 to ${last} or `}by name (${some.join(", ")}), not ${JSON.stringify(text)}${guess ? `; did you mean ${guess}?` : "."}`,
  );
}
