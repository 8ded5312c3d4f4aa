import type { Family, Kind, Need, OptionsTable } from "hardgrad";
import entries from "./menu.json" with { type: "json" };

/** One estimator of the catalogue, without what computes. `menu.json` is written by `npm run docs`. */
export interface MenuEntry {
  readonly id: string;
  /** What the factory is called in code. */
  readonly name: string;
  readonly title: string;
  readonly family: Family;
  readonly supports: readonly Kind[];
  readonly unbiased: boolean;
  readonly forward: "hard" | "soft";
  readonly needs: Need;
  readonly stateful: boolean;
  readonly options: OptionsTable;
}

export const menu: readonly MenuEntry[] = entries as unknown as readonly MenuEntry[];

/** Those for a kind of distribution. */
export const menuOf = (kind: Kind): readonly MenuEntry[] => menu.filter((e) => e.supports.includes(kind));

export function entryOf(id: string): MenuEntry {
  const entry = menu.find((e) => e.id === id);
  if (entry === undefined)
    throw new RangeError(`No estimator is called ${id.slice(0, 60)}; choose one from the menu.`);
  return entry;
}

/** Choices of a list control, grouped by family. */
export const choicesOf = (
  entries: readonly MenuEntry[],
): readonly { value: string; label: string; group: string }[] =>
  entries.map(({ id, family }) => ({ value: id, label: id, group: family }));

/** What the sliders of a figure set, where an estimator has such an option. */
export interface Dials {
  readonly temperature?: number;
  readonly samples?: number;
}

const dialOf: { readonly [option: string]: keyof Dials } = {
  temperature: "temperature",
  backwardTemperature: "temperature",
  samples: "samples",
};

/** The options that the sliders set, each within its range. */
export function optionsOf(entry: MenuEntry, dials: Dials): { [name: string]: number } {
  const set: { [name: string]: number } = {};
  for (const [name, spec] of Object.entries(entry.options)) {
    const dial = Object.hasOwn(dialOf, name) ? dials[dialOf[name]!] : undefined;
    if (spec.type === "number" && dial !== undefined)
      set[name] = Math.min(spec.max, Math.max(spec.min, spec.integer ? Math.round(dial) : dial));
  }
  return set;
}

/** `reinmax({ temperature: 2 })`. */
export function callOf(entry: MenuEntry, dials: Dials): string {
  const options = Object.entries(optionsOf(entry, dials)).map(([name, value]) => `${name}: ${value}`);
  return `${entry.name}(${options.length > 0 ? `{ ${options.join(", ")} }` : ""})`;
}
