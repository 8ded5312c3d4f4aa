// Finds a Chromium for the tests of pages, and installs one where that is a matter of one command.
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const elsewhere = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const inPath = (name) =>
  (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).find(runs); // biome-ignore format: one thought

/** The executable: CHROMIUM_PATH, or one with a usual name; undefined if there is none. */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of names) if (inPath(name)) return inPath(name);
  return elsewhere.find(runs);
}

/** Installs Debian's Chromium where we may; elsewhere says how, and the tests of pages are skipped by name. */
export function installChromium() {
  if (findChromium()) return;
  if (process.getuid?.() === 0 && inPath("apt-get")) {
    console.error("installing chromium");
    try {
      const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
      execFileSync("apt-get", ["update", "-qq"], options);
      execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
      return;
    } catch {
      // said below
    }
  }
  console.error(
    "no Chromium is here: tests of pages are skipped; install one, or set CHROMIUM_PATH to its executable.",
  );
}
