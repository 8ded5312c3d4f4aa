// `npm run site`: builds the site into packages/cli/site, where `hardgrad lab` serves it from, unless what is there was
// built from the same files. The folder works below any path of any host.   node site/build.mjs [--force]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { hold } from "@hardgrad/cli/internal/sweep/lease";
import { withEarlyWorkers } from "./build/early.mjs";
import { llms } from "./build/llms.mjs";
import { withPolicies } from "./build/policy.mjs";
import { BASE, relocate } from "./build/relocate.mjs";

const root = join(import.meta.dirname, "..");
export const out = join(root, "packages/cli/site");
const stamp = join(out, "built-from");

/** Everything that the site is made of. */
function inputs() {
  const folders = [
    "docs",
    "site",
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/src`),
  ];
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .filter((path) => !/[/\\](node_modules|cache|test|weight|dist)[/\\]/.test(path.slice(root.length)))
    .concat(join(root, "package-lock.json"), join(root, "tsconfig.test.json"))
    .sort();
}

function digest() {
  const hash = createHash("sha256");
  for (const path of inputs()) hash.update(path.slice(root.length)).update(readFileSync(path));
  return hash.digest("hex");
}

const { values } = parseArgs({ options: { force: { type: "boolean" } } });
// Two builds at a time would spoil each other's files; the second finds the first's.
let lease = await hold(join(root, "site/.vitepress"), 60);
for (; !lease; lease = await hold(join(root, "site/.vitepress"), 60)) await setTimeout(300);
const now = digest();
if (values.force || !existsSync(stamp) || readFileSync(stamp, "utf8") !== now) {
  const since = performance.now();
  const build = spawn(
    process.execPath,
    [join(root, "node_modules/vitepress/bin/vitepress.js"), "build", join(root, "site")],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, SITE_BASE: BASE } },
  );
  const [status] = await once(build, "exit");
  if (status !== 0) {
    await lease.release();
    process.exit(1);
  }
  cpSync(join(root, "site/public"), out, { recursive: true });
  relocate(out);
  withEarlyWorkers(out);
  withPolicies(out);
  llms(join(root, "docs"), out);
  writeFileSync(stamp, now);
  console.error(`the site: ${((performance.now() - since) / 1000).toFixed(0)} s`);
}
await lease.release();
