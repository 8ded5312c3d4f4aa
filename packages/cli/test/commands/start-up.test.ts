import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratch, spawned } from "../run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** The files that a command loads, from the repository's root. */
function loadedBy(...args: string[]): string[] {
  const folder = scratch();
  const { code, stderr } = spawned(args, { env: { NODE_V8_COVERAGE: folder } });
  expect([code, stderr]).toEqual([0, ""]);
  const files = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
  });
  return files.map((url) => fileURLToPath(url).slice(root.length).replaceAll("\\", "/"));
}

const ownIn = (files: readonly string[]): string[] =>
  files.filter((file) => file.startsWith("packages/cli/")).map((file) => file.slice("packages/cli/".length));

/** `@jax-js/jax`, `hardgrad`: whose files they are. */
const packagesOf = (files: readonly string[]): string[] => {
  const names = files.map((file) =>
    file.replace(/^packages\/([^/]+)\/.*/, "our $1").replace(/^node_modules\/((?:@[^/]+\/)?[^/]+)\/.*/, "$1"),
  );
  return [...new Set(names)].sort();
};

const start = [
  "bin/hardgrad.js",
  "dist/ask/command-line.js",
  "dist/ask/commander-errors.js",
  "dist/ask/errors.js",
  "dist/ask/suggest.js",
  "dist/commands/index.js",
  "dist/main.js",
  "dist/print/console.js",
  "dist/version.js",
];

test("list loads the library and what prints it, and nothing that trains, draws or checks", () => {
  const files = loadedBy("list");
  expect(packagesOf(files)).toEqual(["@jax-js/jax", "commander", "our cli", "our hardgrad"]);
  expect(ownIn(files).sort()).toEqual([...start, "dist/commands/list.js", "dist/print/table.js"].sort());
  expect(files.filter((file) => file.startsWith("packages/hardgrad/dist/check/"))).toEqual([]);
});

test("the first screen and the help of all commands load no library", () => {
  for (const args of [[], ["--help"], ["--version"]]) {
    const files = loadedBy(...args);
    expect(packagesOf(files)).toEqual(["commander", "our cli"]);
    expect(ownIn(files).sort()).toEqual(start);
  }
});

test("train loads what draws, and what reads PNG files, only where there is something to draw or read", () => {
  const packages = packagesOf(loadedBy("train", "--help"));
  for (const name of ["@observablehq/plot", "linkedom", "@resvg/resvg-js", "fast-png", "workerpool"])
    expect(packages).not.toContain(name);
  expect(packages).toContain("our experiments");
});
