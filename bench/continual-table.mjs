// Tables of continual learning as Markdown, from what bench/continual.mjs wrote: what was learned, and what it took.
//   node bench/continual-table.mjs docs/results/continual-split-mnist.json ...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { UsageError } from "@hardgrad/cli/internal/ask/errors";

const NONE = "—";
const percent = (value, digits = 2) =>
  value
    ? `${(100 * value.mean).toFixed(digits)}${value.standardError === null ? "" : ` ± ${(100 * value.standardError).toFixed(digits)}`}`
    : NONE;
const micro = (ms) => (!ms ? NONE : (1000 * ms).toFixed(1));

/** The table of some columns, without those that are empty in every row. */
function tableOf(results, columns) {
  const filled = columns.filter(([, cell]) => results.some((r) => cell(r) !== NONE));
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(filled.map(([title]) => title)),
    line(filled.map(() => "---")),
    ...results.map((r) => line(filled.map(([, cell]) => cell(r)))),
  ].join("\n");
}

export function tableText({ results }) {
  const epochs = new Set(results.map((r) => r.settings.epochs)).size > 1;
  const name = [results[0].stepMs ? "estimator" : "method", (r) => r.name];
  const learned = tableOf(results, [
    name,
    ...(epochs ? [["epochs", (r) => r.settings.epochs]] : []),
    ["accuracy, %", (r) => percent(r.accuracy)],
    ["tasks inferred, %", (r) => percent(r.inferredTask)],
    ["backward transfer, points", (r) => percent(r.backwardTransfer)],
    ["certificates", (r) => `${r.certificates} of ${r.tasks}`],
    ["seeds", (r) => r.seeds],
  ]);
  const taken = tableOf(results, [
    name,
    ["closed weights, %", (r) => percent(r.capacity, 1)],
    ["us, own units", (r) => micro(r.timePerImage?.own)],
    ["us, whole network", (r) => micro(r.timePerImage?.whole)],
    ["ms per step", (r) => r.stepMs?.toFixed(2) ?? NONE],
    ["s per run", (r) => r.secondsPerRun.toFixed(0)],
  ]);
  return `${learned}\n\n${taken}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await import("./sentence.mjs");
  const { positionals: files } = parseArgs({ allowPositionals: true });
  if (files.length === 0)
    throw new UsageError(
      "continual-table.mjs needs the results of continual.mjs: node bench/continual-table.mjs FILE ...",
    );
  for (const file of files) {
    const table = JSON.parse(readFileSync(file, "utf8"));
    console.log(`${table.preset}\n${tableText(table)}\n`);
  }
}
