// What one estimator costs in a page: bytes, compressed, beyond jax-js itself.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../prepare.mjs";

/** The most that it may be. */
export const BUDGET = 12_000;

const jaxAlone = 'export * from "@jax-js/jax";';
const page = `
  ${jaxAlone}
  import { bernoulli, grad, reinmax, through } from "hardgrad";
  export const layer = (logits, key) => through(bernoulli(logits), reinmax(), key);
  export { grad };`;

async function compressed(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** Bytes of hardgrad in a page with one estimator, and those of jax-js. */
export async function ownBytes() {
  const jax = await compressed(jaxAlone);
  return { bytes: (await compressed(page)) - jax, jax };
}
