import { ruleOf } from "@hardgrad/experiments";
import type { Command } from "commander";
import { bibtex, exampleOf, referenceOf } from "hardgrad";
import { entryOf } from "../ask/estimator.ts";
import { print, printJson } from "../print/console.ts";
import { describe, exactnessText } from "./list.ts";

/** `show ID`: one estimator, with its reference. */
export function show(id: string, flags: { json?: boolean }): void {
  const entry = entryOf(id);
  const e = entry.create();
  const paper = referenceOf(e);
  const reference = paper ? bibtex(paper) : "";
  if (flags.json) {
    printJson({ ...describe(entry), bibtex: reference });
    return;
  }
  const options = Object.entries(e.options).map(
    ([name, o]) => `  ${name} = ${o.default}: ${o.help} (${ruleOf(o)})`,
  );
  print(
    [
      `${e.id}: ${e.title}`,
      "",
      e.note,
      "",
      `estimate   ${e.formula}`,
      "           f: the rest of the network; g: its gradient at the sample; a: logits; b, D or x: sample; p or pi: its mean; J: softmax Jacobian",
      `bias       ${e.unbiased ? (e.continuous ? "none for continuous f" : "none") : "biased"}; exact for ${exactnessText(e)}`,
      `forward    ${e.forward}${e.law ? ", under a law of its own" : ""}`,
      `needs      ${e.needs} of f`,
      `supports   ${e.supports.join(", ")}`,
      `family     ${e.family}`,
      ...(e.aliases ?? []).map((alias) => `known as   ${alias.title} (${alias.id}): ${alias.note}`),
      `example    ${exampleOf(entry)}`,
      ...(options.length ? ["", `options, as in ${e.id}:${Object.keys(e.options)[0]}=...`, ...options] : []),
      "",
      reference,
    ].join("\n"),
  );
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<id>")
    .option("--json", "print as JSON")
    .action((id, flags) => show(id, flags));
}
