import type { BooleanOption, ChoiceOption, NumberOption } from "hardgrad";
import type { DataForm } from "./dataset.ts";

/** Values of an experiment's options, by name. */
export type Settings = { readonly [name: string]: number | string | boolean };

/** A default that follows from other settings and from the data. */
export interface DerivedDefault<T> {
  /** Given the settings whose defaults are plain, and those that stand before it in the table. */
  of(settings: Settings, form: DataForm): T;
  /** For help: `400 with --network paper, 64 with fast`. */
  readonly says: string;
}

interface Derivable<T> {
  readonly default: T | DerivedDefault<T>;
}

/** A setting that is a number; its default may follow from other settings. */
export type NumberSetting = Omit<NumberOption, "default"> & Derivable<number>;

/** A setting that is one of some words; its default may follow from other settings. */
export type ChoiceSetting = Omit<ChoiceOption, "default"> & Derivable<string>;

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
export type SettingSpec = NumberSetting | ChoiceSetting | BooleanOption | SizesOption;

/** The options of an experiment, by name. */
export type SettingsTable = { readonly [name: string]: SettingSpec };

type ValueOf<O extends SettingSpec> = O extends { readonly type: "number" }
  ? number
  : O extends { readonly type: "boolean" }
    ? boolean
    : O extends { readonly type: "choice"; readonly choices: readonly (infer C)[] }
      ? C
      : string;

/**
 * The settings that a table describes. The table has to be `as const`: then a choice is the union of its words, and a
 * name that the table lacks does not compile.
 */
export type SettingsOf<T extends SettingsTable> = { readonly [N in keyof T]: ValueOf<T[N]> };

/**
 * Complete settings: what is given, and the defaults of the rest.
 *
 * @param form of the data, which some defaults follow.
 * @throws RangeError for a name that the table does not have, and for a value that an option does not take.
 * @example
 * const settings = resolveSettings(classifier.options, { hidden: 50 }, drawnDigits());
 */
export function resolveSettings<T extends SettingsTable>(
  table: T,
  given: Partial<SettingsOf<T>>,
  form: DataForm,
): SettingsOf<T> {
  const plain: { [name: string]: number | string | boolean } = {};
  for (const [name, spec] of Object.entries(table)) {
    const value = given[name] ?? (typeof spec.default === "object" ? undefined : spec.default);
    if (value !== undefined) plain[name] = value;
  }
  for (const [name, spec] of Object.entries(table))
    plain[name] ??= (spec.default as DerivedDefault<number | string>).of(plain, form);
  const complete = Object.fromEntries(Object.keys(table).map((name) => [name, plain[name]!]));
  checkSettings(table, { ...given, ...complete });
  return complete as SettingsOf<T>;
}

/** @throws RangeError unless these are settings of this table, each of a value that its option takes. */
export function checkSettings(table: SettingsTable, settings: Partial<Settings>): void {
  const foreign = Object.keys(settings).find((name) => !Object.hasOwn(table, name));
  if (foreign !== undefined)
    throw new RangeError(`there is no setting ${foreign}; known: ${Object.keys(table).join(", ")}.`);
  for (const [name, spec] of Object.entries(table))
    if (!takes(spec, settings[name]))
      throw new RangeError(`setting ${name} must be ${ruleOf(spec)}, not ${settings[name] ?? "missing"}.`);
}

/**
 * Whether an option takes a value.
 *
 * @example
 * takes(classifier.options.batch, 100); // true
 * takes(classifier.options.batch, 0.5); // false
 */
export function takes(spec: SettingSpec, value: number | string | boolean | undefined): boolean {
  if (spec.type === "boolean") return typeof value === "boolean";
  if (spec.type === "choice") return typeof value === "string" && spec.choices.includes(value);
  if (spec.type === "sizes")
    return typeof value === "string" && readSizes(value, spec.most, spec.max) !== undefined;
  const whole = !spec.integer || Number.isInteger(value);
  return typeof value === "number" && value >= spec.min && value <= spec.max && whole;
}

/**
 * What values an option takes, in words.
 *
 * @example
 * ruleOf(classifier.options.batch); // "a whole number from 2 to 10000"
 */
export function ruleOf(spec: SettingSpec): string {
  if (spec.type === "boolean") return "true or false";
  if (spec.type === "choice") return `one of ${spec.choices.join(", ")}`;
  if (spec.type === "sizes")
    return `at most ${spec.most} sizes from 1 to ${spec.max} joined by -, such as 200-200, or none`;
  return `${spec.integer ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}`;
}

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
