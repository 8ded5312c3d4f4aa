// Programs run side by side.
import { spawn } from "node:child_process";

/** Exit code and output of a program. */
export function run(program, args, cwd, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
      ...options,
    });
    let text = "";
    const add = (piece) => {
      text += piece;
    };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", add);
    child.on("error", (error) => resolve({ code: -1, text: error.message }));
    child.on("close", (code) => resolve({ code, text }));
  });
}

/** npm in a folder, by its cache where it can, without scripts of packages. */
export function npm(cwd, ...args) {
  const quiet = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  return run("npm", [...args, ...quiet], cwd, { shell: process.platform === "win32" });
}

/** Works through a list, some at a time. */
export async function atATime(count, list, work) {
  const rest = [...list];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
