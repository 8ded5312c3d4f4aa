// The whole race, then docs/performance.md and its figures from it: `npm run bench`. Needs `npm run build`.
// Flags go to `node bench/run.mjs race`; it takes some ten minutes, on a machine that has nothing else to do.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const place = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const command = [place("bench/run.mjs"), "race", "--json", place("docs/results/race.json"), "--force"];
const { status } = spawnSync(process.execPath, [...command, ...process.argv.slice(2)], { stdio: "inherit" });
if (status === 0) await import("./performance.mjs");
process.exitCode = status ?? 1;
