import type { Command } from "commander";
import { type CatalogueEntry, catalogue, type Estimator, exampleOf, referenceOf } from "hardgrad";
import { print, printJson } from "../print/console.ts";
import { tableText, withoutLast } from "../print/table.ts";

/** What f the estimate is exact for, in words. */
export function exactnessText(e: Estimator): string {
  if (e.unbiased) return "any f";
  return e.exactDegree === 0 ? "constants" : `degree ${e.exactDegree}`;
}

/** `list`: the catalogue. */
export function list(flags: { json?: boolean }): void {
  if (flags.json) {
    printJson(catalogue.map(describe));
    return;
  }
  const estimators = catalogue.map(({ create }) => create());
  const rows = estimators.map((e) => [
    e.id,
    e.unbiased ? "none" : "biased",
    exactnessText(e),
    e.forward,
    e.needs,
    e.supports.join(", "),
  ]);
  const titles = ["id", "bias", "exact for", "forward", "needs of f", "supports"];
  const { head, rows: shown, left } = withoutLast(titles.length - 1, titles, rows);
  print(tableText(head, shown));
  print("hardgrad show ID tells more of one");
  if (left.length > 0) print(`no room here: ${left.join(", ")}`);
  const others = catalogue.flatMap(({ id, aliases }) => aliases.map((alias) => `${alias.id} (${id})`));
  print(`also known as: ${others.join(", ")}`);
}

/** The traits of an estimator as plain data. */
export function describe(entry: CatalogueEntry): { [name: string]: unknown } {
  const e = entry.create();
  const { id, title, family, supports, unbiased, exactDegree, forward, needs } = e;
  const { formula, note, options, settings } = e;
  const { continuous = false, law = "the distribution", aliases = [] } = e;
  const others = aliases.map((alias) => ({ ...alias, reference: referenceOf(alias) }));
  const data = {
    id,
    aliases: others,
    title,
    family,
    supports,
    unbiased,
    exactDegree,
    continuous,
    forward,
    law,
    needs,
  };
  return { ...data, formula, note, options, settings, reference: referenceOf(e), example: exampleOf(entry) };
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command.option("--json", "print as JSON").action((flags) => list(flags));
}
