import type { Control, Controls } from "../figures/contract.ts";

/** A value of any control. */
export type Value = number | string | boolean | readonly string[] | readonly [number, number];

/** A state whose controls are not known. */
export type AnyState = { readonly [name: string]: Value } & { readonly seed: number };

/** Seeds that a page asks for; all of them are exact in a float and short in an address. */
export const MOST_SEED = 999_999;
/** Ticks that a link may ask for. */
export const MOST_TICKS = 100_000;
const PIXELS = 28 * 28;

export const defaults = (controls: Controls): AnyState => ({
  ...Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, control.default as Value])),
  seed: 0,
});

const inRange = (v: number, { min, max }: { min: number; max: number }): boolean => v >= min && v <= max;

/** Whether a number counts something: it moves in whole steps from a whole number. */
export const counts = ({ min, step }: { min: number; step: number }): boolean =>
  Number.isInteger(min) && Number.isInteger(step);

/** Whether a number is in range, and on its step if it counts something. */
const stands = (v: number, range: { min: number; max: number; step: number }): boolean =>
  inRange(v, range) && (!counts(range) || (v - range.min) % range.step === 0);

/** Whether a value is one that the control can have. */
export function fits(control: Control, value: Value): boolean {
  switch (control.kind) {
    case "number":
      return typeof value === "number" && stands(value, control);
    case "choice":
      return control.choices.some((choice) => choice.value === value);
    case "flag":
      return typeof value === "boolean";
    case "list": {
      if (!Array.isArray(value)) return false;
      const known = control.choices.map((choice) => choice.value);
      const most = control.most ?? known.length;
      const places = value.map((v) => known.indexOf(v));
      return value.length > 0 && value.length <= most && places.every((p, i) => p >= 0 && (i === 0 || p > places[i - 1]!)); // biome-ignore format: one thought
    }
    case "text":
      return typeof value === "string" && value.length <= control.longest && control.check?.(value) === undefined; // biome-ignore format: one thought
    case "point":
      return Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "number" && stands(v, control)); // biome-ignore format: one thought
    case "file":
      return typeof value === "string" && /^([0-9a-f]{16})?$/.test(value);
    case "picture":
      return typeof value === "string" && (value === "" || pixelsOf(value) !== undefined);
  }
}

/** A value as it stands in an address. */
export function written(control: Control, value: Value): string {
  if (control.kind === "flag") return value ? "1" : "0";
  if (Array.isArray(value)) return value.join(",");
  return String(value);
}

/** The value that stands in an address; undefined if the control can't have it. */
export function readValue(control: Control, text: string): Value | undefined {
  const value = parsed(control, text);
  return value !== undefined && fits(control, value) ? value : undefined;
}

function parsed(control: Control, text: string): Value | undefined {
  switch (control.kind) {
    case "number":
      return numberOf(text);
    case "flag":
      return text === "1" ? true : text === "0" ? false : undefined;
    case "list":
      return text.split(",");
    case "point": {
      const [x, y, ...rest] = text.split(",").map(numberOf);
      return x === undefined || y === undefined || rest.length > 0 ? undefined : [x, y];
    }
    default:
      return text;
  }
}

function numberOf(text: string): number | undefined {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The value of a number control nearest to one: in range and on its step. */
export function snapped(
  { min, max, step }: { min: number; max: number; step: number },
  value: number,
): number {
  const near = min + Math.round((value - min) / step) * step;
  const digits = Math.max(0, -Math.floor(Math.log10(step)) + 1);
  return Number(Math.min(max, Math.max(min, near)).toFixed(Math.min(digits, 12)));
}

/** The grey values of a picture control; undefined if it is not one, empty if it is "". */
export function pixelsOf(base64: string): Uint8Array | undefined {
  if (base64 === "") return new Uint8Array(0);
  if (!/^[A-Za-z0-9+/]+$/.test(base64)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return bytes.length === PIXELS && pictureOf(bytes) === base64 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export const pictureOf = (pixels: Uint8Array): string =>
  btoa(String.fromCharCode(...pixels)).replace(/=+$/, "");
