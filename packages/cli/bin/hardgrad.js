#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  process.exitCode = await (await import(main.href)).main(process.argv.slice(2));
  // In Deno and Bun jax-js's workers, which wait for work, would keep the process alive.
  if ("Deno" in globalThis || "Bun" in globalThis) process.stdout.write("", () => process.exit());
} else {
  process.stderr.write("hardgrad is not built yet; run `npm run build` in the repository first.\n");
  process.exitCode = 1;
}
