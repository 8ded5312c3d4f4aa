import type { Command } from "commander";
import { bibtex } from "hardgrad";
import { estimatorOf } from "../ask/estimator.ts";
import { print } from "../print/console.ts";

/** `cite ID`: the BibTeX entry of an estimator, to append to a .bib file. */
export function cite(id: string): void {
  print(bibtex(estimatorOf(id).reference));
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command.argument("<id>").action((id) => cite(id));
}
