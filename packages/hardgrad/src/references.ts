import { since2020 } from "./references/since-2020.ts";
import { until2019 } from "./references/until-2019.ts";
import type { Reference } from "./types.ts";

type Key = keyof typeof until2019 | keyof typeof since2020;

/** The papers, once; entries of the catalogue point here. */
export const references: { readonly [K in Key]: Reference } = { ...until2019, ...since2020 };

/**
 * A BibTeX entry.
 *
 * @example
 * console.log(bibtex(references.bengio2013));
 */
export function bibtex(reference: Reference): string {
  const fields: [string, string | number | undefined][] = [
    ["author", reference.authors],
    ["title", `{${reference.title}}`],
    ["year", reference.year],
    ["howpublished", reference.venue],
    ["eprint", reference.arxiv],
    ["archivePrefix", reference.arxiv && "arXiv"],
    ["doi", reference.doi],
  ];
  const lines = fields.filter(([, v]) => v !== undefined).map(([k, v]) => `  ${k} = {${v}}`);
  return `@misc{${reference.key},\n${lines.join(",\n")}\n}`;
}
