// The packages that are published, and their tarballs.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../prepare.mjs";

/** Folder and manifest of each, in an order in which they can be published: what others need comes first. */
export function published() {
  const all = readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private);
  const needs = ({ manifest }) => Object.keys(manifest.dependencies ?? {});
  const ordered = [];
  while (ordered.length < all.length) {
    const waits = (p) => needs(p).some((n) => all.some((q) => q.manifest.name === n && !ordered.includes(q)));
    ordered.push(all.find((p) => !ordered.includes(p) && !waits(p)));
  }
  return ordered;
}

/** Writes the tarballs of built packages into a folder; the list of `published` with `tarball`, a path, in each. */
export function pack(folder) {
  const packages = published();
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const text = execFileSync("npm", [...args, ...packages.flatMap(({ manifest }) => ["-w", manifest.name])], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const packed = Object.values(JSON.parse(text));
  return packages.map((p) => {
    const { filename, files } = packed.find(({ name }) => name === p.manifest.name);
    return { ...p, tarball: join(folder, filename), files: files.map(({ path }) => path) };
  });
}
