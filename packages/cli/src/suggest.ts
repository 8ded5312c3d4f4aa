import { UsageError } from "./errors.ts";

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The known name that is nearest to what was typed, if any is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, d: distance(word.toLowerCase(), name) }))
    .sort((a, b) => a.d - b.d);
  const best = ranked[0];
  if (best && best.d <= Math.max(1, Math.min(word.length, best.name.length) * 0.4)) return best.name;
  return word.length >= 3 ? names.find((name) => name.startsWith(word.toLowerCase())) : undefined;
}

/** The error for a name that is not in a list: says what was meant, or what there is. */
export function unknownName(kind: string, word: string, names: readonly string[]): UsageError {
  const guess = nearest(word, names);
  const way = guess ? `did you mean ${guess}?` : `known: ${names.join(", ")}.`;
  return new UsageError(`there is no ${kind} ${JSON.stringify(word)}; ${way}`);
}
