import { UsageError } from "./errors.ts";

/** Letters to insert, delete, replace or swap with their neighbour to get from one word to the other. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, rows[i - 1]![j - 1]! + same));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The known name that was most likely meant: nearly the same, or one that begins with the word or holds it. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const ranked = names
    .map((name) => ({ name, d: distance(typed, name.toLowerCase()) }))
    .sort((a, b) => a.d - b.d);
  const best = ranked[0];
  if (best && best.d <= Math.max(1, Math.min(word.length, best.name.length) * 0.4)) return best.name;
  if (word.length < 3) return undefined;
  return names.find((name) => name.startsWith(typed)) ?? names.find((name) => name.includes(typed));
}

/** The error for a name that is not in a list: says what was meant, or what there is. `meant`: other words for some. */
export function unknownName(
  kind: string,
  word: string,
  names: readonly string[],
  meant: { readonly [word: string]: string } = {},
): UsageError {
  const typed = word.toLowerCase();
  const guess = Object.hasOwn(meant, typed) ? meant[typed] : nearest(word, names);
  const way = guess ? `did you mean ${guess}?` : `known: ${names.join(", ")}.`;
  return new UsageError(`there is no ${kind} ${JSON.stringify(word)}; ${way}`);
}
