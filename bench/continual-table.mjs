// Tables of continual learning as Markdown, from what bench/continual.mjs wrote.
//   node bench/continual-table.mjs docs/results/continual-split-mnist.json ...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const percent = (value, digits = 2) =>
  value
    ? `${(100 * value.mean).toFixed(digits)}${value.standardError === null ? "" : ` ± ${(100 * value.standardError).toFixed(digits)}`}`
    : "—";
const micro = (ms) => (!ms ? "—" : (1000 * ms).toFixed(1));

export function tableText({ results }) {
  const inferred = results.some((r) => r.inferredTask);
  const epochs = new Set(results.map((r) => r.settings.epochs)).size > 1;
  const columns = [
    ["", (r) => r.name],
    ...(epochs ? [["epochs", (r) => r.settings.epochs]] : []),
    ...(results[0].stepMs ? [["ms per step", (r) => r.stepMs.toFixed(2)]] : []),
    ["accuracy, %", (r) => percent(r.accuracy)],
    ...(inferred ? [["tasks inferred, %", (r) => percent(r.inferredTask)]] : []),
    ["backward transfer, points", (r) => percent(r.backwardTransfer)],
    ["certificates", (r) => `${r.certificates} of ${r.tasks}`],
    ["closed weights, %", (r) => percent(r.capacity, 1)],
    ["us per image, own units", (r) => micro(r.timePerImage?.own)],
    ["whole", (r) => micro(r.timePerImage?.whole)],
    ["s per run", (r) => r.secondsPerRun.toFixed(0)],
    ["seeds", (r) => r.seeds],
  ];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => "---")),
    ...results.map((r) => line(columns.map(([, cell]) => cell(r)))),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const file of process.argv.slice(2)) {
    const table = JSON.parse(readFileSync(file, "utf8"));
    console.log(`${table.preset}\n${tableText(table)}\n`);
  }
