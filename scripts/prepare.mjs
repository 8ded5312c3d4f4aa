// Installs and builds what is missing or older than its sources. Plain Node, no dependencies.
import { execSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
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

export function build() {
  console.error("building");
  run("node packages/runtime/scripts/build.mjs");
  run("npx tsc -b");
}
