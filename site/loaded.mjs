// Loads a module of TypeScript in Node, our packages as sources: by esbuild, in a file that is removed again.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

export async function loaded(path) {
  const folder = join(root, "site/.vitepress/cache");
  mkdirSync(folder, { recursive: true });
  const outdir = join(folder, `loaded-${process.pid}`);
  await build({
    entryPoints: [join(root, path)],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "bundle",
    tsconfig: join(root, "tsconfig.test.json"),
    outExtension: { ".js": ".mjs" },
    external: ["@jax-js/jax", "@observablehq/plot", "linkedom", "koffi", "webgpu", "onnxruntime-node"],
    logLevel: "error",
  });
  const module = await import(
    pathToFileURL(join(outdir, path.split("/").at(-1).replace(".ts", ".mjs"))).href
  );
  process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
  return module;
}
