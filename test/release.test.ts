import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { releasable, setVersion } from "../scripts/release/version.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** What a release changes, in a folder of its own, at version 1.2.3. */
function copy(unreleased: string): string {
  const to = mkdtempSync(join(tmpdir(), "hardgrad-release-"));
  const { workspaces } = manifest(root);
  const files = ["package.json", "package-lock.json", "CITATION.cff", "packages/onnx/src/version.ts"];
  for (const file of [...files, ...workspaces.map((folder: string) => `${folder}/package.json`)])
    cpSync(join(root, file), join(to, file), { recursive: true });
  const { version } = manifest(join(root, "packages/hardgrad"));
  writeFileSync(
    join(to, "CHANGELOG.md"),
    `# Changelog\n\n## Unreleased\n\n${unreleased}\n\n## ${version} (2026-01-01)\n\n- That.\n`,
  );
  return to;
}

describe("a release", () => {
  test("sets one version everywhere and dates the section of the changelog", () => {
    const folder = copy("- This.");
    expect(releasable(folder).faults.join()).toContain("CHANGELOG.md has entries under Unreleased");
    setVersion(folder, "98.7.6", "2031-02-03");
    expect(releasable(folder)).toEqual({ version: "98.7.6", faults: [] });
    expect(readFileSync(join(folder, "CHANGELOG.md"), "utf8")).toContain(
      "# Changelog\n\n## Unreleased\n\n## 98.7.6 (2031-02-03)\n\n- This.\n",
    );
    expect(manifest(join(folder, "packages/cli")).dependencies).toMatchObject({
      hardgrad: "98.7.6",
      "@hardgrad/runtime": "98.7.6",
      "@jax-js/jax": manifest(join(root, "packages/cli")).dependencies["@jax-js/jax"],
    });
    expect(readFileSync(join(folder, "CITATION.cff"), "utf8")).toContain("date-released: 2031-02-03");
  });
  test("one place that says another version keeps it back", () => {
    const folder = copy("");
    const path = join(folder, "packages/cli/package.json");
    const changed = manifest(dirname(path));
    changed.dependencies.hardgrad = "0.0.1";
    writeFileSync(path, JSON.stringify(changed));
    expect(releasable(folder).faults).toEqual([
      expect.stringMatching(
        /^packages\/cli\/package\.json: dependencies: hardgrad says 0\.0\.1, .*npm run release/,
      ),
    ]);
  });
  test("the version must be later, and the changelog must say something", () => {
    for (const version of ["0.0.9", "1", "v99.0.0", manifest(join(root, "packages/hardgrad")).version])
      expect(() => setVersion(copy("- This."), version, "2031-02-03")).toThrow(
        /release: the version must be/,
      );
    expect(() => setVersion(copy(""), "99.0.0", "2031-02-03")).toThrow(/nothing under Unreleased/);
  });
  test("the packages say one version now", () => {
    const { faults } = releasable(root);
    expect(faults.filter((fault) => !fault.startsWith("CHANGELOG.md"))).toEqual([]);
  });
});
