// What the tests use of the system, a Chromium and a BLAS: installed where that is a matter of one command. Elsewhere it is
// said how, and the tests that need it are skipped by name.
import { execFileSync } from "node:child_process";
import { findChromium, inPath } from "./chromium.mjs";

/** Whether Debian's package manager is here, may be used, and has installed the package. */
function installed(name) {
  if (process.getuid?.() !== 0 || !inPath("apt-get")) return false;
  console.error(`installing ${name}`);
  const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  try {
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], options);
    return true;
  } catch {
    return false;
  }
}

export function installChromium() {
  if (findChromium() || installed("chromium-headless-shell") || installed("chromium")) return;
  console.error(
    "no Chromium is here: tests of pages are skipped; install one, or set CHROMIUM_PATH to its executable.",
  );
}

/** Asks our own package whether there is one, so it comes after the build. */
export async function installBlas() {
  const { loadBlas } = await import("@hardgrad/compiler");
  const blas = await loadBlas({ threads: 1 }).catch(({ message }) => ({ reason: message }));
  if (!("reason" in blas)) return;
  if (!process.env.HARDGRAD_BLAS && installed("libopenblas0-pthread")) return;
  console.error(`tests of device native are skipped: ${blas.reason}`);
}
