import type { Command } from "commander";
import { bibtex } from "hardgrad";
import { citationOf } from "../ask/citation.ts";
import { print } from "../print/console.ts";

/** `cite NAME`: the BibTeX entry of an estimator, a unit or a gate, to append to a .bib file. */
export function cite(name: string): void {
  print(bibtex(citationOf(name)));
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command.argument("<name>").action((name) => cite(name));
}
