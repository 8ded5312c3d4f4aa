import type { Row } from "../figures/contract.ts";
import { withError } from "../figures/shares.ts";
import type { RunView } from "./read.ts";

/** A run in words and as a table. */

const ERROR = "-standard-error";

/** One sentence: what was trained on what, and how far it is. */
export function sentenceOf({ config, rows, summary }: RunView): string {
  const what = config
    ? `${config.experiment} with ${config.estimator} on ${config.data}, seed ${config.seed}`
    : "A run (its config.json is missing)";
  const last = rows.at(-1);
  if (summary) return `${what}: ${summary.steps.toLocaleString("en")} steps, ended.`;
  if (last) return `${what}: at step ${last.step.toLocaleString("en")}, epoch ${Number(last.epoch.toPrecision(4))}, not ended.`; // biome-ignore format: one thought
  return `${what}: nothing reported yet.`;
}

/** The newest value of each metric, with its standard error where the run says it. */
export function valuesOf({ rows, summary }: RunView): { readonly tag: string; readonly value: string }[] {
  const last: { [tag: string]: number } = Object.assign({}, ...rows.map((r) => r.values), summary?.metrics);
  const tags = Object.keys(last).filter((tag) => !tag.endsWith(ERROR));
  const rank = (tag: string): number => (tag === summary?.headline ? 0 : 1);
  return tags
    .sort((a, b) => rank(a) - rank(b))
    .map((tag) => {
      const error = last[`${tag}${ERROR}`];
      const value = last[tag]!;
      return { tag, value: error === undefined ? String(Number(value.toPrecision(4))) : withError({ value, error }) }; // biome-ignore format: one thought
    });
}

/** Every number of every row, for CSV. */
export const rowsOf = ({ rows }: RunView): Row[] =>
  rows.flatMap(({ step, epoch, values }) =>
    Object.entries(values).map(([tag, value]) => ({ step, epoch, tag, value })),
  );
