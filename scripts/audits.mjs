// Audits of every estimator on the built-in problems, for the pages of docs/estimators.   npm run audits
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Each has a file `docs/results/audit-NAME.json`. */
export const auditedProblems = ["quadratic", "network", "categorical", "subset", "top-k", "counts"];

/** The arguments that make the numbers. */
export function auditCommand(problem, ids, { samples, seed }) {
  const flags = ["--problem", problem, "--samples", String(samples), "--seed", String(seed)];
  return ["audit", ...(ids ? [ids] : []), ...flags];
}

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const problem of auditedProblems) {
    const args = [
      path("../packages/cli/bin/hardgrad.js"),
      ...auditCommand(problem, undefined, { samples: 5000, seed: 0 }),
      "--json",
      "--quiet",
    ];
    const { status, stdout } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) process.exit(1);
    writeFileSync(path(`../docs/results/audit-${problem}.json`), stdout);
    console.log(`docs/results/audit-${problem}.json`);
  }
