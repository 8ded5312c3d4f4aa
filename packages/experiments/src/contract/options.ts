import type { OptionSpec } from "hardgrad";

/** A list of layer sizes as text: `512-256`, or `none` for no layer. */
export interface SizesOption {
  readonly type: "sizes";
  readonly default: string;
  /** Most layers, and the largest size of one. */
  readonly most: number;
  readonly max: number;
  readonly help: string;
}

/** One option of an experiment: from it come validation, `--help` and the lab's form. */
export type SettingSpec = OptionSpec | SizesOption;

/** The options of an experiment, by name. */
export type SettingsTable = { readonly [name: string]: SettingSpec };

/**
 * The sizes that a text lists, or undefined if it is none of that form.
 *
 * @example
 * readSizes("512-256"); // [512, 256]
 * readSizes("none"); // []
 */
export function readSizes(text: string, most = 8, max = 100_000): number[] | undefined {
  if (text === "none") return [];
  if (!/^[1-9]\d{0,6}(-[1-9]\d{0,6})*$/.test(text)) return undefined;
  const sizes = text.split("-").map(Number);
  return sizes.length <= most && sizes.every((n) => n <= max) ? sizes : undefined;
}
