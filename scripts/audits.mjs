// Audits of every estimator on the built-in problems, for the pages of docs/estimators; of these ids alone, into the files
// that are there.   npm run audits [-- ID...]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Each has a file `docs/results/audit-NAME.json`. */
export const auditedProblems = ["quadratic", "network", "categorical", "subset", "top-k", "counts"];

/** The arguments that make the numbers. */
export function auditCommand(problem, ids, { samples, seed }) {
  const flags = ["--problem", problem, "--samples", String(samples), "--seed", String(seed)];
  return ["audit", ...(ids ? [ids] : []), ...flags];
}

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The report with rows (and reasons for none) of another in place of its own, in the order of the catalogue. */
async function merged(report, other) {
  const { catalogue } = await import("hardgrad");
  const order = catalogue.map(({ id }) => id);
  const both = (key) => {
    const again = new Set([...other.rows, ...other.skipped].map(({ id }) => id));
    const all = [...report[key].filter(({ id }) => !again.has(id)), ...other[key]];
    return all.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  };
  return { ...report, rows: both("rows"), skipped: both("skipped") };
}

/** What the command prints; undefined where none of the ids can be measured on the problem. */
function audit(problem, ids) {
  const args = [
    path("../packages/cli/bin/hardgrad.js"),
    ...auditCommand(problem, ids, { samples: 5000, seed: 0 }),
    "--json",
    "--quiet",
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0) return stdout;
  if (ids && stderr.includes("no estimator could be measured")) return undefined;
  process.stderr.write(stderr);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ids = process.argv.slice(2).join(",") || undefined;
  for (const problem of auditedProblems) {
    const file = path(`../docs/results/audit-${problem}.json`);
    const printed = audit(problem, ids);
    if (printed === undefined) continue;
    const now = JSON.parse(printed);
    const report = ids && existsSync(file) ? await merged(JSON.parse(readFileSync(file, "utf8")), now) : now;
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`docs/results/audit-${problem}.json`);
  }
}
