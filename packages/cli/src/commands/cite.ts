import { bibtex } from "hardgrad";
import { print } from "../console.ts";
import { estimatorOf } from "../estimator-spec.ts";

/** `cite ID`: the BibTeX entry of an estimator, to append to a .bib file. */
export function cite(id: string): void {
  print(bibtex(estimatorOf(id).reference));
}
