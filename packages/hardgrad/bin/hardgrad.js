#!/usr/bin/env node
// Runs the command line, a package of its own so that the library has one dependency: @hardgrad/cli as it is
// installed in this folder, beside this package or globally; else npm fetches the same version into its cache.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const wanted = `@hardgrad/cli@${version}`;

/** What npm says to a command; run by the npm that started us, or by the one in PATH (a script of the shell on Windows). */
function npm(...args) {
  const own = process.env.npm_execpath;
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  if (own && basename(own) === "npm-cli.js") return spawnSync(process.execPath, [own, ...args], options);
  return spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
}

/** The folder of @hardgrad/cli as a module at this path would find it. */
function installedFor(path) {
  try {
    return join(createRequire(path).resolve("@hardgrad/cli/package.json"), "..");
  } catch {
    return undefined;
  }
}

function globally() {
  const { status, stdout } = npm("root", "--global");
  const folder = status === 0 && join(stdout.trim(), "@hardgrad/cli");
  return folder && existsSync(join(folder, "package.json")) ? folder : undefined;
}

/** npm installs it into its cache, as npx does, and the PATH that it would run a command with says where. */
function fetched() {
  process.stderr.write(`fetching ${wanted}; \`npm install @hardgrad/cli\` would keep it in this folder.\n`);
  const { status, stdout, stderr, error } = npm(
    ...["exec", "--yes", "--prefer-offline", `--package=${wanted}`, "--", "node", "-p", "process.env.PATH"],
  );
  if (error)
    return refuse(
      `npm, which would fetch it, does not start here (${error.message}); install ${wanted} another way`,
    );
  if (status !== 0)
    return refuse(
      `npm could not fetch it; with a connection, \`npm install @hardgrad/cli\` installs it. npm said:\n${stderr.trim()}`,
    );
  const folders = stdout.trim().split(delimiter);
  const found = folders.map((folder) => join(folder, "../@hardgrad/cli")).find((f) => existsSync(f));
  return found ?? refuse("npm fetched it to a place that was not found; `npm install @hardgrad/cli` helps");
}

function refuse(why) {
  process.stderr.write(`hardgrad: the command line is the package ${wanted}, and ${why}\n`);
  process.exit(1);
}

const folder =
  installedFor(join(process.cwd(), "package.json")) ??
  installedFor(fileURLToPath(import.meta.url)) ??
  globally() ??
  fetched();
const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
await import(pathToFileURL(join(folder, bin.hardgrad)).href);
