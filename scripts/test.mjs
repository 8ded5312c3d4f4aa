// `npm test`: installs what is missing (browser included), then every check in turn. The first failure ends it.
import { installChromium } from "./chromium.mjs";
import { build, install, run } from "./prepare.mjs";

install();
installChromium();
build();
for (const [name, command] of [
  ["type check of tests", "npx tsc -p tsconfig.test.json"],
  ["format and lint", "npx biome check --error-on-warnings"],
  ["documentation is up to date", "node scripts/docs.mjs --check"],
  ["nothing unused, nothing unlisted", "npx knip --no-progress --no-config-hints"],
  ["packages as they would be published", "node scripts/packaging/check.mjs"],
  ["packages as they are installed", "node scripts/packaging/installed.mjs"],
  ["tests", "npx vitest run"],
]) {
  console.error(`\n== ${name}`);
  run(command);
}
