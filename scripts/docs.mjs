// Writes docs/estimators.md from the catalogue; with --check, fails if the file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { bibtex, catalogue } from "../packages/hardgrad/dist/index.js";

const estimators = catalogue.map(({ create }) => create());
const degree = (e) =>
  e.unbiased ? "any f" : e.exactDegree === 0 ? "constants only" : `degree ${e.exactDegree}`;
const link = ({ arxiv, doi }) =>
  arxiv ? `https://arxiv.org/abs/${arxiv}` : doi ? `https://doi.org/${doi}` : "";

const row = (e) =>
  `| [${e.id}](#${e.id}) | ${e.unbiased ? "unbiased" : "biased"} | ${degree(e)} | ${e.forward} | ${e.needs} | ${e.supports.join(", ")} |`;

const option = ([name, o]) =>
  o.type === "choice"
    ? `| ${name} | ${o.default} | ${o.choices.join(", ")} | ${o.help} |`
    : `| ${name} | ${o.default} | ${o.integer ? "whole, " : ""}${o.min} to ${o.max}${o.schedulable ? ", or a scalar array" : ""} | ${o.help} |`;

const section = (e) => `## ${e.id}

**${e.title}.** ${e.note}

- Estimate: \`${e.formula}\`
- Exact for: ${degree(e)}. Forward: ${e.forward}. Needs: ${e.needs} of f. Supports: ${e.supports.join(", ")}. Family: ${e.family}.
- Example: \`${e.example}\`
- Reference: ${e.reference.authors.replaceAll(" and ", "; ")} (${e.reference.year}). ${e.reference.title}. ${e.reference.venue}. ${link(e.reference)}
${Object.keys(e.options).length ? `\n| option | default | range | meaning |\n|---|---|---|---|\n${Object.entries(e.options).map(option).join("\n")}\n` : ""}
\`\`\`bibtex
${bibtex(e.reference)}
\`\`\`
`;

const page = `# Estimators

Made by \`npm run docs\` from the catalogue; every line of the table is checked by the conformance suite.
g is the gradient of f at the sample, J(q) the softmax Jacobian at q, b or D the sample, p or pi its mean.

| id | bias | exact for | forward | needs | supports |
|---|---|---|---|---|---|
${estimators.map(row).join("\n")}

${estimators.map(section).join("\n")}`;

const file = new URL("../docs/estimators.md", import.meta.url);
if (process.argv.includes("--check")) {
  let current = "";
  try {
    current = readFileSync(file, "utf8");
  } catch {}
  if (current !== page) {
    console.error("docs/estimators.md is not what the catalogue says; run `npm run docs`.");
    process.exit(1);
  }
} else {
  writeFileSync(file, page);
}
