// The one version of all packages: where it stands, and the next one.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const read = (path) => readFileSync(path, "utf8");
const json = (path) => JSON.parse(read(path));
const dependencies = ["dependencies", "devDependencies", "peerDependencies"];

/** Folders of all workspaces, relative to the root. */
const workspaces = (root) => json(join(root, "package.json")).workspaces;

/** Every place that says the version: `[where, version]`. */
function places(root) {
  const manifests = workspaces(root).map((folder) => [folder, json(join(root, folder, "package.json"))]);
  const names = manifests.map(([, { name }]) => name);
  const lock = json(join(root, "package-lock.json")).packages;
  return [
    ...manifests.map(([folder, { version }]) => [`${folder}/package.json`, version]),
    ...manifests.map(([folder]) => [`package-lock.json: ${folder}`, lock[folder]?.version]),
    ...manifests.flatMap(([folder, manifest]) =>
      dependencies.flatMap((field) =>
        Object.entries(manifest[field] ?? {})
          .filter(([name]) => names.includes(name))
          .map(([name, version]) => [`${folder}/package.json: ${field}: ${name}`, version]),
      ),
    ),
    ["CITATION.cff", /^version: (.*)$/m.exec(read(join(root, "CITATION.cff")))?.[1]],
    [
      "packages/onnx/src/version.ts",
      /VERSION = "(.*)"/.exec(read(join(root, "packages/onnx/src/version.ts")))?.[1],
    ],
  ];
}

/** The version, and what keeps it from being released. */
export function releasable(root) {
  const { version } = json(join(root, "packages/hardgrad/package.json"));
  const changelog = read(join(root, "CHANGELOG.md"));
  const unreleased = /^## Unreleased\n([\s\S]*?)(?=^## )/m.exec(changelog)?.[1].trim();
  const faults = places(root)
    .filter(([, said]) => said !== version)
    .map(([where, said]) => `${where} says ${said}, packages/hardgrad/package.json ${version}.`);
  if (!changelog.includes(`\n## ${version} (`))
    faults.push(`CHANGELOG.md has no section "## ${version} (DATE)".`);
  if (unreleased) faults.push("CHANGELOG.md has entries under Unreleased.");
  return { version, faults: faults.map((text) => `${text} \`npm run release -- VERSION\` mends it.`) };
}

/**
 * Sets the version everywhere, and makes of the changelog's section Unreleased the one of the version.
 *
 * @throws RangeError for a version that is not later, or a changelog with nothing under Unreleased
 */
export function setVersion(root, version, date) {
  const { version: before } = json(join(root, "packages/hardgrad/package.json"));
  if (!/^\d+\.\d+\.\d+$/.test(version) || !later(version, before))
    throw new RangeError(
      `release: the version must be three numbers after ${before}, such as 0.2.0, not ${version}.`,
    );
  const changelog = read(join(root, "CHANGELOG.md"));
  if (!/^## Unreleased\n+(?!## )\S/m.test(changelog))
    throw new RangeError("release: CHANGELOG.md has nothing under Unreleased; say what has changed first.");
  const names = workspaces(root).map((folder) => json(join(root, folder, "package.json")).name);
  const set = (manifest) => {
    manifest.version = version;
    for (const field of dependencies)
      for (const name of names) if (manifest[field]?.[name]) manifest[field][name] = version;
  };
  for (const folder of workspaces(root)) change(join(root, folder, "package.json"), set);
  change(join(root, "package-lock.json"), ({ packages }) => {
    for (const folder of workspaces(root)) set(packages[folder]);
  });
  replace(join(root, "CITATION.cff"), /^version: .*$/m, `version: ${version}`);
  replace(join(root, "CITATION.cff"), /^date-released: .*$/m, `date-released: ${date}`);
  replace(join(root, "packages/onnx/src/version.ts"), /VERSION = ".*"/, `VERSION = "${version}"`);
  replace(join(root, "CHANGELOG.md"), /^## Unreleased$/m, `## Unreleased\n\n## ${version} (${date})`);
}

function later(version, before) {
  const [a, b] = [version, before].map((text) => text.split(".").map(Number));
  const i = a.findIndex((n, k) => n !== b[k]);
  return i >= 0 && a[i] > b[i];
}

function change(path, edit) {
  const content = json(path);
  edit(content);
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
}

function replace(path, what, by) {
  const text = read(path);
  if (!what.test(text)) throw new Error(`release: ${path} does not say ${what}.`);
  writeFileSync(path, text.replace(what, by));
}
