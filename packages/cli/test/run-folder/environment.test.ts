import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import { commit, environment } from "../../src/run-folder/environment.ts";
import { scratch } from "../run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.org", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/** A repository with one commit, and its folder as a URL. */
function repository(name: string): { folder: string; home: URL } {
  const folder = scratch();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name }));
  for (const args of [["init"], ["add", "."], ["commit", "-m", "first"]]) git(folder, ...args);
  return { folder, home: pathToFileURL(`${folder}/`) };
}

test("the commit is that of hardgrad's own checkout, or none", () => {
  const ours = repository("hardgrad-workspace");
  const theirs = repository("their-project");
  const head = git(ours.folder, "rev-parse", "--short", "HEAD");
  expect(commit(ours.home)).toBe(head);
  expect(commit(theirs.home)).toBeNull();
  // Installed into their project, and as an exported folder without its history.
  mkdirSync(join(theirs.folder, "node_modules", "x"), { recursive: true });
  expect(commit(pathToFileURL(`${join(theirs.folder, "node_modules")}/`))).toBeNull();
  const copy = scratch();
  cpSync(join(ours.folder, "package.json"), join(copy, "package.json"));
  expect(commit(pathToFileURL(`${copy}/`))).toBeNull();
  // A folder of ours inside their repository has no history of its own either.
  const within = join(theirs.folder, "hardgrad");
  mkdirSync(within);
  cpSync(join(ours.folder, "package.json"), join(within, "package.json"));
  expect(commit(pathToFileURL(`${within}/`))).toBeNull();
  // What a git hook of another repository sets does not lead there.
  vi.stubEnv("GIT_DIR", join(theirs.folder, ".git"));
  expect(commit(ours.home)).toBe(head);
  vi.unstubAllEnvs();
  writeFileSync(join(ours.folder, "package.json"), `${readFileSync(join(ours.folder, "package.json"))} `);
  expect(commit(ours.home)).toBe(`${head}-dirty`);
});

test("a run's environment says the commit of this checkout", () => {
  let own: string | null = null;
  try {
    own = git(root, "describe", "--always", "--dirty", "--exclude=*");
  } catch {
    // no checkout
  }
  expect(environment("wasm").commit).toBe(own);
});
