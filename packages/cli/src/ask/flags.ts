import { ruleOf, type SettingSpec, type SettingsTable, takes } from "@hardgrad/experiments";
import type { Command } from "commander";
import { UsageError } from "./errors.ts";
import { unknownName } from "./suggest.ts";

/** Flags as commander gives them: text. */
export type Flags = { readonly [name: string]: string | boolean | undefined };

/** `learningRate` -> `learning-rate`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A number out of text, or undefined: stricter than `Number`, which takes "" and "0x1f". */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The value of a flag that takes a whole number. */
export function wholeNumberFlag(flag: string, text: string, min: number, max: number): number {
  const value = numberOf(text);
  if (value === undefined || !Number.isInteger(value) || value < min || value > max)
    throw new UsageError(
      `${flag} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
    );
  return value;
}

/** Text as a value of an option; `name` is how the message calls it. */
export function optionValue(name: string, spec: SettingSpec, text: string): number | string | boolean {
  const value =
    spec.type === "boolean" && /^(true|false)$/.test(text)
      ? text === "true"
      : spec.type === "number"
        ? numberOf(text)
        : text;
  if (value !== undefined && takes(spec, value)) return value;
  throw new UsageError(`${name} must be ${ruleOf(spec)}, not ${JSON.stringify(text)}.`);
}

/** A flag for an option: with a value, or, of what is on or off, `--name` and `--no-name`. */
export function addSetting(command: Command, name: string, spec: SettingSpec): void {
  const flag = kebab(name);
  if (spec.type !== "boolean") command.option(`--${flag} <value>`, helpOf(spec));
  else {
    command.option(`--${flag}`, helpOf(spec));
    command.option(`--no-${flag}`, `not --${flag}`);
  }
}

/** The options of a table that flags give (by camel-case name). */
export function givenSettings(
  table: SettingsTable,
  flags: { readonly [name: string]: unknown },
): { [name: string]: number | string | boolean } {
  const given: { [name: string]: number | string | boolean } = {};
  for (const [name, spec] of Object.entries(table)) {
    const value = flags[flagKey(name)];
    if (typeof value === "string") given[name] = optionValue(`--${kebab(name)}`, spec, value);
    else if (typeof value === "boolean") given[name] = value;
  }
  return given;
}

/** Under which key commander stores a flag. */
export function flagKey(name: string): string {
  return kebab(name).replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Help of an option: what it is, its range, its default. */
export function helpOf(spec: SettingSpec): string {
  const fallback = typeof spec.default === "object" ? spec.default.says : spec.default;
  return spec.type === "boolean"
    ? `${spec.help} (default ${fallback ? "on" : "off"})`
    : `${spec.help} (${ruleOf(spec)}; default ${fallback})`;
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
