// `npm test`: installs what is missing (browser and BLAS included), then the checks, two at a time, and then the tests. What a
// check says is shown when it has ended; where one failed, the others end and no test begins. Those of packages, which
// wait for npm, run beside the tests; where one fails, the tests are stopped.
import { spawn } from "node:child_process";
import { atATime, run as quietly } from "./packaging/processes.mjs";
import { build, install, root } from "./prepare.mjs";
import { installBlas, installChromium } from "./system.mjs";

install();
installChromium();
build();
await installBlas();
const checks = [
  ["site", "node site/build.mjs"],
  ["type check of tests", "npx tsc -p tsconfig.test.json"],
  ["documentation is up to date", "node scripts/docs.mjs --check"],
  ["nothing unused, nothing unlisted", "npx knip --no-progress --no-config-hints"],
  ["format and lint", "npx biome check --error-on-warnings"],
];
const ofPackages = [
  ["packages as they are installed", "node scripts/packaging/installed.mjs"],
  ["packages as they would be published", "node scripts/packaging/check.mjs"],
];
const failed = [];
async function check([name, command]) {
  const { code, text } = await quietly(command, [], root, { shell: true, timeout: 0 });
  console.error(`\n== ${name}${code === 0 ? "" : ": failed"}\n${text.trim()}`);
  if (code !== 0) failed.push(name);
}
console.error(`${checks.length + ofPackages.length} checks`);
await atATime(2, checks, check);
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(", ")}; the tests have not been run`);
  process.exit(1);
}
console.error("\n== tests");
const tests = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], {
  cwd: root,
  stdio: "inherit",
});
const ended = new Promise((resolve) => tests.on("close", resolve));
await atATime(1, ofPackages, check); // the site is in them
if (failed.length > 0) {
  tests.kill();
  await ended;
  console.error(`\nfailed: ${failed.join(", ")}; the tests have been stopped`);
  process.exit(1);
}
process.exit((await ended) ?? 1);
