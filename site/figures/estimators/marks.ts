import type { Look } from "../contract.ts";
import { entryOf } from "./menu.ts";

/** The colour of an estimator's family. */
export const colourOf = (look: Look, id: string): string => look.colours.family[entryOf(id).family]!;

const dashes = ["none", "6 3", "2 3", "8 3 2 3", "12 4", "1 4", "4 2 1 2", "10 2 2 2"];

/** Line styles that tell members of a family apart, in the order of the ids. */
export function dashesOf(ids: readonly string[]): ReadonlyMap<string, string> {
  const seen = new Map<string, number>();
  return new Map(
    ids.map((id) => {
      const { family } = entryOf(id);
      const place = seen.get(family) ?? 0;
      seen.set(family, place + 1);
      return [id, dashes[place % dashes.length]!];
    }),
  );
}

/** Heights at least `gap` apart, close to those that are wanted, none below `bottom`. */
export function spread(wanted: readonly number[], gap: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i]! - wanted[j]!);
  const found = [...wanted];
  let above = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    found[i] = Math.max(found[i]!, above + gap);
    above = found[i]!;
  }
  let below = bottom + gap;
  for (const i of order.reverse()) {
    found[i] = Math.min(found[i]!, below - gap);
    below = found[i]!;
  }
  return found;
}

/** An id in so many letters: with the field's ST for straight-through where it is too long. */
export function labelOf(id: string, most: number): string {
  const short = id.length > most ? id.replace("straight-through", "ST") : id;
  return short.length > most ? `${short.slice(0, Math.max(3, most - 1))}…` : short;
}
