import { readSizes, type SettingSpec, type SettingsTable } from "@hardgrad/experiments";
import { UsageError } from "./errors.ts";
import { unknownName } from "./suggest.ts";

/** `learningRate` -> `learning-rate`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A number out of text, or undefined: stricter than `Number`, which takes "" and "0x1f". */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The value of a flag that takes a whole number. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = numberOf(text);
  if (value === undefined || !Number.isInteger(value) || value < min || value > max)
    throw new UsageError(
      `${flag} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
    );
  return value;
}

/** The rule of one option, in words. */
export function ruleOf(spec: SettingSpec): string {
  if (spec.type === "boolean") return "true or false";
  if (spec.type === "choice") return `one of ${spec.choices.join(", ")}`;
  if (spec.type === "sizes")
    return `at most ${spec.most} sizes from 1 to ${spec.max} joined by -, such as 200-200, or none`;
  return `${spec.integer ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}`;
}

/** Text as a value of an option; `name` is how the message calls it. */
export function optionValue(name: string, spec: SettingSpec, text: string): number | string | boolean {
  if (spec.type === "boolean") {
    if (text === "true" || text === "false") return text === "true";
  } else if (spec.type === "choice") {
    if (spec.choices.includes(text)) return text;
  } else if (spec.type === "sizes") {
    if (readSizes(text, spec.most, spec.max)) return text;
  } else {
    const value = numberOf(text);
    const whole = !spec.integer || Number.isInteger(value);
    if (value !== undefined && value >= spec.min && value <= spec.max && whole) return value;
  }
  throw new UsageError(`${name} must be ${ruleOf(spec)}, not ${JSON.stringify(text)}.`);
}

/** Every option of a table, from flags where given (by camel-case name), else its default. */
export function settingsFromFlags(
  table: SettingsTable,
  flags: { readonly [name: string]: unknown },
  defaults: { readonly [name: string]: number | string | boolean } = {},
): { [name: string]: number | string | boolean } {
  const settings: { [name: string]: number | string | boolean } = {};
  for (const [name, spec] of Object.entries(table)) {
    const text = flags[flagKey(name)];
    settings[name] =
      typeof text === "string"
        ? optionValue(`--${kebab(name)}`, spec, text)
        : (defaults[name] ?? spec.default);
  }
  return settings;
}

/** Under which key commander stores a flag. */
export function flagKey(name: string): string {
  return kebab(name).replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Help of an option: what it is, its range, its default. */
export function helpOf(spec: SettingSpec): string {
  return `${spec.help} (${ruleOf(spec)}; default ${spec.default})`;
}

/** Names separated by commas, each known and none twice. */
export function listOf(
  kind: string,
  text: unknown,
  known: readonly string[],
  meant: { readonly [word: string]: string } = {},
): string[] {
  const names = String(text).split(",");
  for (const name of names) if (!known.includes(name)) throw unknownName(kind, name, known, meant);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`${kind} ${twice} is named twice; name each once.`);
  return names;
}
