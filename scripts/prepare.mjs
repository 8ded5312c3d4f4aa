// Installs and builds what is missing or older than its sources. Plain Node, no dependencies.
import { execSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `hardgrad needs Node 20.19 or newer, this is ${process.versions.node}; install a newer one from nodejs.org.`,
  );
  process.exit(2);
}

/** Runs a command with its output shown; on failure the script ends with the same code. */
export function run(command, env = {}) {
  try {
    execSync(command, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  } catch (error) {
    process.exit(error.status || 1);
  }
}

const time = (path) => (existsSync(`${root}/${path}`) ? statSync(`${root}/${path}`).mtimeMs : 0);

export function install() {
  if (time("node_modules/.package-lock.json") >= time("package-lock.json")) return;
  console.error("installing dependencies");
  run("npm install --no-save --ignore-scripts --no-audit --no-fund");
}

/** Removes what was built from sources that are gone: it would be published. */
function prune(folder) {
  const dist = join(folder, "dist");
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist, { recursive: true })) {
    const source = join(folder, "src", name.replace(/\.(js|d\.ts)(\.map)?$/, ".ts"));
    if (name.includes(".") && !existsSync(source)) rmSync(join(dist, name));
  }
}

export function build() {
  console.error("building");
  for (const name of readdirSync(`${root}/packages`)) prune(join(root, "packages", name));
  run("node packages/runtime/scripts/build.mjs");
  run("npx tsc -b");
}
