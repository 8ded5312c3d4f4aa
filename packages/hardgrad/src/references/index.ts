import { onCodes } from "./codes.ts";
import { onGates } from "./gates.ts";
import type { Reference } from "./paper.ts";
import { onRouting } from "./routing.ts";
import { since2020 } from "./since-2020.ts";
import { onUnits } from "./units.ts";
import { until2019 } from "./until-2019.ts";

const papers = { ...until2019, ...since2020, ...onUnits, ...onGates, ...onCodes, ...onRouting };

/** A key of `references`, such as `"kool2019"`. */
export type ReferenceKey = keyof typeof papers;

/**
 * Every paper, once, by key.
 *
 * @example
 * references.kool2019.title; // "Buy 4 REINFORCE Samples, Get a Baseline for Free!"
 */
export const references: { readonly [K in ReferenceKey]: Reference } = Object.fromEntries(
  Object.entries(papers).map(([key, paper]) => [key, { key, ...paper }]),
) as { [K in ReferenceKey]: Reference };

/**
 * The paper of an estimator, a unit or a pseudo-derivative; undefined if it names none.
 *
 * @example
 * referenceOf(rloo())?.year; // 2019
 */
export function referenceOf({
  reference,
}: {
  readonly reference?: ReferenceKey | Reference;
}): Reference | undefined {
  return typeof reference === "string" ? references[reference] : reference;
}

/**
 * The BibTeX entry of a paper.
 *
 * @example
 * bibtex(references.kool2019); // BibTeX that begins with @misc{kool2019
 */
export function bibtex(reference: Reference): string {
  const fields: [string, string | number | undefined][] = [
    ["author", reference.authors],
    ["title", `{${reference.title.replaceAll("&", "\\&")}}`],
    ["year", reference.year],
    ["howpublished", reference.venue],
    ["eprint", reference.arxiv],
    ["archivePrefix", reference.arxiv && "arXiv"],
    ["doi", reference.doi],
  ];
  const lines = fields.filter(([, v]) => v !== undefined).map(([k, v]) => `  ${k} = {${v}}`);
  return `@misc{${reference.key},\n${lines.join(",\n")}\n}`;
}
