// A copy of the repository in a temporary folder, where sources are changed and tests are run: the tree that one works
// in is never touched.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";

const left = new Set(["node_modules", ".git", "runs"]);

/** Copies the tree; installed packages are linked, but for those of the workspace, which are the copy's own. */
export function copyOf(root) {
  const copy = mkdtempSync(join(tmpdir(), "hardgrad-mutate-"));
  cpSync(root, copy, {
    recursive: true,
    filter: (from) =>
      !relative(root, from)
        .split(sep)
        .some((p) => left.has(p)),
  });
  const installed = join(root, "node_modules");
  const link = (name, to) => symlinkSync(to, join(copy, "node_modules", name), "dir");
  mkdirSync(join(copy, "node_modules", "@hardgrad"), { recursive: true });
  for (const name of readdirSync(installed))
    if (!["hardgrad", "@hardgrad", ".vite", ".vitest"].includes(name)) link(name, join(installed, name));
  link("hardgrad", join(copy, "packages", "hardgrad"));
  for (const name of readdirSync(join(installed, "@hardgrad")))
    link(`@hardgrad/${name}`, join(copy, "packages", name));
  return {
    path: copy,
    remove: () => rmSync(copy, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}

/**
 * Runs the tests of a stage in a copy, files in the order given and in one process.
 *
 * @param limit seconds.
 * @param bail ends after so many failures (0: never).
 * @returns {Promise<{ outcome: "passed" | "failed" | "timeout" | "empty", seconds: number, failed: string[] }>} with the
 *   names of the tests that failed, `file > group > title`.
 */
export function runTests(copy, { files, ids, title }, limit, bail = 1) {
  const vitest = join(copy, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", ...files, "--config", "scripts/mutation/vitest.config.ts", "--root", copy];
  args.push("--bail", String(bail), "--reporter", "dot", "--no-color", "--maxWorkers", "1", "--no-isolate");
  if (title) args.push("-t", title);
  if (ids) args.push("-t", `(^| )(${ids.join("|")}),`);
  const begin = performance.now();
  return new Promise((resolve) => {
    // A group of its own: the workers end with it.
    const child = spawn(process.execPath, args, {
      cwd: copy,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    let late = false;
    const stop = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, limit * 1000);
    // Before the copy is removed, which was registered earlier.
    process.prependOnceListener("exit", stop);
    child.on("close", (code) => {
      clearTimeout(timer);
      process.removeListener("exit", stop);
      const seconds = (performance.now() - begin) / 1000;
      const none = /Tests +no tests|No test files found|\(0 test/.test(output);
      const ran = /Tests .*\d+ (passed|failed)/.test(output);
      const outcome = late ? "timeout" : code !== 0 ? "failed" : none || !ran ? "empty" : "passed";
      const failed = [...new Set([...output.matchAll(/^ *FAIL +(.*)$/gm)].map((m) => m[1]))];
      resolve({ outcome, seconds, failed });
    });
  });
}
