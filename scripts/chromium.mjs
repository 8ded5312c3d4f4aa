// Finds a Chromium for the tests of pages.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** First the shell without a window: the others draw one, toolbar and all, that nobody sees, which takes as long as our pages. */
const names = [
  "chromium-headless-shell",
  "chrome-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
];
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

export const inPath = (name) =>
  (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).find(runs); // biome-ignore format: one thought

/** The executable: CHROMIUM_PATH, or one with a usual name; undefined if there is none. */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of names) if (inPath(name)) return inPath(name);
  return elsewhere.find(runs);
}
