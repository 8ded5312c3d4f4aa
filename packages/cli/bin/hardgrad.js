#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  // From Node 22.1 on: compiled modules are kept for the next start.
  module.enableCompileCache?.();
  // Node ends where nothing is left to do, also within an await, and says nothing (exit status 13).
  process.once("exit", (code) => {
    if (code === 13 || process.exitCode === 13)
      process.stderr.write(
        "a promise is waited for that nothing settles; look at what your module awaits.\n",
      );
  });
  process.exitCode = await (await import(main.href)).main(process.argv.slice(2));
  // In Deno and Bun jax-js's workers, which wait for work, would keep the process alive.
  if ("Deno" in globalThis || "Bun" in globalThis) process.stdout.write("", () => process.exit());
} else {
  process.stderr.write("hardgrad is not built yet; run `npm run build` in the repository first.\n");
  process.exitCode = 1;
}
