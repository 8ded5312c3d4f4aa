/** Numbers with no more digits than their errors allow. */

/** Decimals that an error leaves: it keeps one digit, two if the first is a 1. */
function decimals(error: number): number {
  const power = Math.floor(Math.log10(error));
  return -power + (error / 10 ** power < 1.95 ? 1 : 0);
}

const fixed = (value: number, places: number): string => {
  if (places > 7) return value.toExponential(1);
  const text = places >= 0 ? value.toFixed(places) : String(Number(value.toPrecision(Math.max(1, digitsAbove(value) + places)))); // biome-ignore format: one thought
  return text.replace(/^-(?=[0.]*$)/, "").replace("-", "−");
};

const digitsAbove = (value: number): number => Math.floor(Math.log10(Math.max(1, Math.abs(value)))) + 1;

/** `0.365 ± 0.004`; with no error, or one that is rounding, three digits. */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (!(error > 1e-6 * Math.abs(value)) || !Number.isFinite(error)) return plain(value);
  const places = decimals(error);
  return `${fixed(value, places)} ± ${fixed(error, places)}`;
}

/** Three digits; what is below float32 is 0. */
export function plain(value: number): string {
  if (Math.abs(value) < 1e-9) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(1).replace("-", "−").replace("e−", "e-");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** A share with its error: `43 % ± 1 %`; with no error, or one that is rounding, three digits. */
export function percent(value: number, error: number): string {
  if (!(error > 1e-6 * Math.abs(value))) return `${plain(100 * value)} %`;
  const places = decimals(100 * error);
  return `${fixed(100 * value, places)} % ± ${fixed(100 * error, places)} %`;
}

/** Keeps a number, its error and its unit on one line. */
export const unbroken = (text: string): string => text.replaceAll(/ (?=[±%])|(?<=±) /g, "\u00a0");

/** 12,800. */
export const count = (n: number): string => n.toLocaleString("en-US");

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
