// Writes docs/estimators.md, docs/estimators/ID.md and docs/api/ from the catalogue, the committed audits and the
// docstrings, and the menu of the site's figures; with --check, fails if a file is not what it would write, or an export has no docstring.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { bibtex, catalogue, exampleOf, referenceOf } from "hardgrad";
import { auditCommand, auditedProblems } from "./audits.mjs";
import { reference } from "./reference/make.mjs";

const estimators = catalogue.map((entry) => {
  const e = entry.create();
  return { ...e, example: exampleOf(entry), reference: referenceOf(e) };
});
const at = (path) => new URL(`../docs/${path}`, import.meta.url);
const degree = (e) =>
  e.unbiased ? "any f" : e.exactDegree === 0 ? "constants only" : `degree ${e.exactDegree}`;
const bias = (e) => (e.unbiased ? (e.continuous ? "unbiased for continuous f" : "unbiased") : "biased");
const link = ({ arxiv, doi }) =>
  arxiv ? `https://arxiv.org/abs/${arxiv}` : doi ? `https://doi.org/${doi}` : "";

/** What `npm run audits` wrote, by problem. */
const audits = auditedProblems
  .filter((name) => existsSync(at(`results/audit-${name}.json`)))
  .map((name) => ({ name, ...JSON.parse(readFileSync(at(`results/audit-${name}.json`), "utf8")) }));

const number = (x) =>
  x === null
    ? ""
    : x === 0
      ? "0"
      : Math.abs(x) < 0.001
        ? x.toExponential(1)
        : String(Number(x.toPrecision(3)));
const percent = (x) => (x < 1e-4 ? "< 0.01 %" : `${number(100 * x)} %`);

/** The verdict, and what could still be hidden. */
function verdict(r) {
  if (r.verdict === "no bias found" && r.relativeBound !== undefined)
    return `${r.verdict}, could be up to ${percent(r.relativeBound)}`;
  return r.samplesNeeded
    ? `${r.verdict}, needs about ${r.samplesNeeded.toLocaleString("en-US", { maximumSignificantDigits: 2 })} estimates`
    : r.verdict;
}

function audited(e) {
  const rows = audits.flatMap((a) => a.rows.filter((r) => r.id === e.id).map((r) => ({ a, r })));
  if (rows.length === 0) return "";
  const line = ({ a, r }) =>
    `| ${a.name}: ${a.title} | ${percent(r.relativeBias)} ± ${percent(r.relativeNoise)}: ${verdict(r)} | ${number(r.variance)} | ${number(r.cosine)} | ${r.evaluations} | ${number(r.descentPerEvaluation)} |`;
  return `
## Audit: measured bias and variance

Compared with the exact gradient, with default options. Bias is relative to the gradient's length, variance is summed over the logits. Made by

\`\`\`
${rows.map(({ a }) => `npx hardgrad ${auditCommand(a.name, e.id, a).join(" ")}`).join("\n")}
\`\`\`

| problem | bias: verdict | variance | cosine | evaluations | descent per evaluation |
|---|---|---|---|---|---|
${rows.map(line).join("\n")}
${ownLaws(rows)}`;
}

/** Of an estimator with a law of its own: what the law, and what the gradient is off by. */
function ownLaws(all) {
  const rows = all.filter(({ r }) => r.law);
  if (rows.length === 0) return "";
  const line = ({ a, r: { law, ...r } }) =>
    `| ${a.name} | ${percent(law.distance)} ± ${percent(law.noise)} | ${law.relativeBias === null ? "—" : `${percent(law.relativeBias)} ± ${percent(law.relativeNoise)}`} | ${percent(r.relativeBias)} |`;
  return `
Its samples follow a law of its own, so there are two biases. The law's: the total variation between what f is given and the distribution, of the variable where it is largest. The gradient's: against the gradient of \`E[f]\` under that law (— where the law does not move with the logits, or its gradient is not known), and against the exact gradient as above.

| problem | law off by | bias under its own law | bias |
|---|---|---|---|
${rows.map(line).join("\n")}
`;
}

const option = ([name, o]) =>
  o.type !== "number"
    ? `| ${name} | ${o.default} | ${o.type === "choice" ? o.choices.join(", ") : "true or false"} | ${o.help} |`
    : `| ${name} | ${Number(o.default.toPrecision(6))} | ${o.integer ? "whole, " : ""}${o.min} to ${o.max}${o.schedulable ? ", or a scalar array" : ""} | ${o.help} |`;

/** Names that other papers gave it, so that a search for them ends here. */
const otherNames = ({ aliases = [] }) =>
  aliases
    .map(
      ({ id, title, note, reference }) =>
        `## Also known as ${title}\n\n\`${id}\` on the command line. ${note} ${cited(referenceOf({ reference }))}\n\n`,
    )
    .join("");

const cited = (r) => `${r.authors.replaceAll(" and ", "; ")} (${r.year}). ${r.title}. ${r.venue}. ${link(r)}`;

const section = (e) => `# ${e.title}

\`${e.id}\`, ${e.family}. ${e.note}

\`\`\`
${e.formula}
\`\`\`

f is the rest of the network, from the sample to the loss; g its gradient at the sample. a are the logits, b, D or x is the sample and p or pi its mean; J(q) is the softmax Jacobian at q. u, e, E and z hold noise (in REBAR and RELAX z is a plus noise, z' the same drawn anew given D); t is a temperature, K or n counts samples ([the words explained](../choosing.md#the-words)).

| | |
|---|---|
| bias | ${bias(e)}; exact for ${degree(e)} |
| forward | ${e.forward}${e.law ? ", under a law of its own" : ""} |
| needs of f | ${e.needs} |
| supports | ${e.supports.join(", ")} |

${otherNames(e)}## See it

<Figure id="estimator" estimator="${e.id}" />

Live on the site: each dot is one estimate, the diamond their mean so far, the ink arrow the exact gradient ([what to look for](../explainer/directions.md)).

## Use

\`\`\`js
${e.example}
\`\`\`
${Object.keys(e.options).length ? `\n## Options\n\n| option | default | range | meaning |\n|---|---|---|---|\n${Object.entries(e.options).map(option).join("\n")}\n` : ""}${audited(e)}
## Reference

${cited(e.reference)}

\`\`\`bibtex
${bibtex(e.reference)}
\`\`\`

[All estimators](../estimators.md)
`;

const row = (e) =>
  `| [${e.id}](estimators/${e.id}.md) | ${bias(e)} | ${degree(e)} | ${e.forward} | ${e.needs} | ${e.supports.length === kinds.length ? "all" : e.supports.join(", ")} |`;

const kinds = [...new Set(estimators.flatMap((e) => e.supports))];

const index = `# Gradient estimators

All ${estimators.length} gradient estimators of hardgrad, with what each claims: whether it is biased, for which losses it is exact, what it needs to know of the loss, and which distributions it serves. Every line of the table is tested by the conformance suite, in both directions: what is declared biased must be detectably so.

In the table f is the rest of the network, from the hard sample to the loss ([the words explained](choosing.md#the-words)).

- **bias**: whether the mean of the estimate is the exact gradient of \`E[f]\`, for every f.
- **exact for**: polynomials in the sample for which the bias is zero: degree 1 means f that are multilinear (a straight line in each unit), degree 2 quadratic ones, any f where it is unbiased.
- **forward**: whether the network sees hard samples (exactly 0 or 1, or one-hot) or soft ones in between.
- **needs of f**: its values alone, its gradient at the hard sample, or at soft ones.
- **supports**: the distributions it serves; all are ${kinds.join(", ")}.

![network, logits, sample, f, loss, and where each family of estimators puts its gradient](figures/families.svg)

| id | bias | exact for | forward | needs of f | supports |
|---|---|---|---|---|---|
${estimators.map(row).join("\n")}

## History: how the estimators are related

Each relation is a test in \`packages/hardgrad/test\`.

| year | estimators | relation to the others |
|---|---|---|
| 1992, 2013 | REINFORCE; centring per unit; straight-through; stochastic times smooth | straight-through with the derivative is exact for multilinear f |
| 2014 | DARN | at the sample: = ReinMax at temperature 1 = ZGR = Fini-2 on Bernoulli |
| 2014 | NVIL | REINFORCE with a baseline that sees the input |
| 2015 | local expectation | REINFORCE with one variable summed out; = measure-valued on Bernoulli |
| 2016 | MuProp; VIMCO | REINFORCE with a Taylor baseline; another target, the K-sample bound |
| 2017 | Gumbel-softmax, straight-through Gumbel-softmax | unbiased for a soft model; Gumbel-Rao with one sample |
| 2017, 2018 | REBAR, RELAX | with c = 0 REINFORCE; RELAX without its network is REBAR |
| 2019 | RLOO; ARM | |
| 2020 | DisARM; unordered set | ARM averaged over u; exact when all states are drawn |
| 2021 | ARMS; Gumbel-Rao | with two samples DisARM; tends to ZGR as the temperature falls |
| 2022 | Double CV, RODEO; gapped straight-through; stochastic triples | Double CV with alpha = 0 is RLOO |
| 2023 | ReinMax, ZGR; SIMPLE; IndeCateR | the same at temperature 1; SIMPLE with k = 1 is straight-through; IndeCateR is the local expectation |
| 2024 | GRPO | RLOO's differences over their deviation: biased |
| 2025 | Dr. GRPO; SFESS; LapSum | RLOO times (K - 1)/K; RLOO on subsets; the soft threshold with another law, without bisection |
| 2026 | MVE; Fini; ReinMax-Rao, ReinMax-CV | MVE at 0 straight-through, at infinity Fini-2; ReinMax-CV is biased |
| 2026 | temperature by confidence (CAGE); entropy-weighted straight-through (EntRGi); ReDGE, ReinDGE | argmax straight-through at one temperature; hard straight-through where nothing is decided; straight-through as t_1 tends to 1, and ZGR with two times |
`;

/** The catalogue without what computes: the menus of the site's figures. */
const menu = catalogue.map(({ id, name, create }) => {
  const { title, family, supports, unbiased, forward, needs, stateful, options } = create();
  return { id, name, title, family, supports, unbiased, forward, needs, stateful, options };
});

const { pages: api, faults } = await reference();
const pages = {
  "../site/figures/estimators/menu.json": `${JSON.stringify(menu, null, 1)}\n`,
  "estimators.md": index,
  ...Object.fromEntries(estimators.map((e) => [`estimators/${e.id}.md`, section(e)])),
  ...Object.fromEntries(Object.entries(api).map(([name, text]) => [`api/${name}`, text])),
};
const made = ["estimators/", "api/"];
for (const folder of made) mkdirSync(at(folder), { recursive: true });
const stale = made
  .flatMap((folder) => readdirSync(at(folder)).map((name) => folder + name))
  .filter((page) => !(page in pages));

if (process.argv.includes("--check")) {
  for (const fault of faults) console.error(fault);
  const wrong = Object.keys(pages).filter(
    (page) => !existsSync(at(page)) || readFileSync(at(page), "utf8") !== pages[page],
  );
  for (const page of [...wrong, ...stale])
    console.error(`docs/${page} is not what the code says; run \`npm run docs\`.`);
  if (wrong.length + stale.length + faults.length > 0) process.exit(1);
} else {
  for (const [page, text] of Object.entries(pages)) writeFileSync(at(page), text);
  for (const page of stale) rmSync(at(page));
  if (faults.length > 0)
    console.error(`${faults.length} faults of docstrings; npm run docs -- --check lists them.`);
}
