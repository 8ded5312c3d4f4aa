// Whether the packages are right as they would be published: publint, the types of every entry (attw), what is in the
// tarballs, no side effects, and the size of a page with one estimator.   node scripts/packaging/check.mjs
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../prepare.mjs";
import { pack } from "./packages.mjs";
import { BUDGET, ownBytes } from "./size.mjs";

const faults = [];
const folder = mkdtempSync(join(tmpdir(), "hardgrad-pack-"));
const packages = pack(folder);
for (const each of packages) {
  const { manifest, tarball } = each;
  const fault = (text) => faults.push(`${manifest.name}: ${text}`);
  contents(each).forEach(fault);
  manifestFaults(each).forEach(fault);
  const bytes = readFileSync(tarball);
  const { messages } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
  for (const message of messages) fault(`publint: ${formatMessage(message, manifest)}`);
  for (const text of await wrongTypes(bytes)) fault(`types: ${text}`);
  if (manifest.sideEffects === false) for (const text of effects(each)) fault(text);
}
rmSync(folder, { recursive: true });

const { bytes, jax } = await ownBytes();
const kilobytes = (n) => `${(n / 1000).toFixed(1)} KB`;
console.error(
  `one estimator in a page: ${kilobytes(bytes)} more than jax-js (${kilobytes(jax)}), compressed`,
);
if (!(bytes <= BUDGET))
  faults.push(
    `hardgrad: one estimator adds ${kilobytes(bytes)} to a page, more than ${kilobytes(BUDGET)}; see what of it by esbuild --analyze.`,
  );

for (const text of faults) console.error(text);
if (faults.length > 0) process.exit(1);

/** What must be in a tarball, and what must not. */
function contents({ manifest, files }) {
  const has = (path) => files.some((file) => file === path || file.startsWith(`${path}/`));
  const targets = [
    ...Object.values(manifest.bin ?? {}),
    ...JSON.stringify(manifest.exports).matchAll(/"\.\/([^"]+)"/g),
  ];
  const wanted = targets.map((t) => (typeof t === "string" ? t : t[1])).filter((t) => !t.includes("*"));
  const missing = ["README.md", "LICENSE", ...wanted.filter((path) => path !== "package.json")]
    .filter((path) => !has(path))
    .filter((path) => !Object.keys(manifest.exports).includes(`./${path}`));
  const unwanted = files.filter((path) => /(^|\/)(test|node_modules)\/|\.tsbuildinfo$|\.test\./.test(path));
  const mapped = files.filter((path) => path.endsWith(".js.map"));
  const lost = mapped.filter((path) => !has(path.replace("dist/", "src/").replace(".js.map", ".ts")));
  return [
    ...missing.map((path) => `${path} is not in the tarball`),
    ...unwanted.map((path) => `${path} is in the tarball`),
    ...lost.map((path) => `the source of ${path} is not in the tarball`),
  ];
}

/** Fields that a registry's page and our own rules want. */
function manifestFaults({ manifest, folder: home }) {
  const said = [
    "description",
    "keywords",
    "license",
    "repository",
    "homepage",
    "engines",
    "exports",
    "files",
  ];
  const others = packages.map((p) => p.manifest);
  const versions = Object.entries(manifest.dependencies ?? {}).filter(([name, version]) =>
    others.some((other) => other.name === name && other.version !== version),
  );
  return [
    ...said.filter((field) => !manifest[field]).map((field) => `package.json has no ${field}`),
    ...(manifest.type === "module" ? [] : ["is not ESM"]),
    ...(manifest.exports["./package.json"] ? [] : ["does not export ./package.json"]),
    ...conditions(manifest.exports)
      .filter((name) => !["types", "default"].includes(name))
      .map((name) => `exports have the condition ${name}, which a bundler may follow`),
    ...versions.map(([name, version]) => `needs ${name} ${version}, which is not the version here`),
    ...(readFileSync(join(home, "LICENSE"), "utf8") === readFileSync(join(root, "LICENSE"), "utf8")
      ? []
      : ["its LICENSE differs from the repository's"]),
  ];
}

function conditions(entry) {
  if (typeof entry !== "object") return [];
  return Object.entries(entry).flatMap(([name, value]) => [
    ...(name.startsWith(".") ? [] : [name]),
    ...conditions(value),
  ]);
}

/** What attw finds, for those who import (we publish no CommonJS): "esm-only", as its command line calls it. */
async function wrongTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  const asked = (problem) => !["node10", "node16-cjs"].includes(problem.resolutionKind);
  return result.types ? result.problems.filter(asked).map((problem) => JSON.stringify(problem)) : [];
}

/** Globals and listeners that a package leaves when all its modules are loaded. */
function effects({ folder: home, files }) {
  const modules = files.filter((path) => /^dist\/.*\.js$/.test(path));
  const urls = modules.map((path) => pathToFileURL(join(home, path)).href);
  const code = `
    import "@jax-js/jax";
    const state = () => JSON.stringify([
      Object.getOwnPropertyNames(globalThis).sort(),
      Object.getOwnPropertyNames(Array.prototype).length,
      process.eventNames().map(String).sort(),
    ]);
    const before = state();
    for (const url of ${JSON.stringify(urls)}) await import(url);
    if (before !== state()) console.log("changes globals or adds listeners");
    process.exit(0);`;
  const text = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
    encoding: "utf8",
  });
  return text ? [`sideEffects is false, but loading its modules does this: ${text.trim()}`] : [];
}
