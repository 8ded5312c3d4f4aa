// Computes the still picture of every figure, which stands on the page before anyone clicks, and writes it to
// site/stills.   node site/stills.mjs [ID...]
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultDevice, init } from "@jax-js/jax";
import { loaded } from "./loaded.mjs";

const here = import.meta.dirname;
const { figures, stillOf } = await loaded("site/frame/stills.ts");
const asked = process.argv.slice(2);
const ids = Object.keys(figures).filter((id) => asked.length === 0 || asked.includes(id));

await init("wasm");
defaultDevice("wasm");
const tools = {
  device: "wasm",
  asset: async (path) => new Uint8Array(await readFile(join(here, "public", path))).buffer,
  progress: () => {},
  signal: new AbortController().signal,
};
mkdirSync(join(here, "stills"), { recursive: true });
for (const id of ids) {
  const since = performance.now();
  const { svg, says, rows } = await stillOf(id, tools);
  writeFileSync(join(here, "stills", `${id}.svg`), `${svg}\n`);
  writeFileSync(join(here, "stills", `${id}.json`), `${JSON.stringify({ says, rows: rows.map(short) })}\n`);
  console.error(
    `${id}  ${((performance.now() - since) / 1000).toFixed(1)} s, ${(svg.length / 1000).toFixed(0)} KB`,
  );
}
if (asked.length === 0)
  for (const name of readdirSync(join(here, "stills")))
    if (!ids.includes(name.replace(/\.\w+$/, ""))) rmSync(join(here, "stills", name));
process.exit(0);

/** Six digits are what floats of 32 bits keep. */
function short(row) {
  return Object.fromEntries(
    Object.entries(row).map(([name, v]) => [name, typeof v === "number" ? Number(v.toPrecision(6)) : v]),
  );
}
