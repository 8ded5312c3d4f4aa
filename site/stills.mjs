// Computes the still picture of every figure, which stands on the page before anyone clicks, and writes it to
// site/stills.   node site/stills.mjs [ID or NAME...]
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultDevice, init } from "@jax-js/jax";
import { loaded } from "./loaded.mjs";

const here = import.meta.dirname;
const { figures, stillOf, tagsOf } = await loaded("site/frame/stills.ts");
const asked = process.argv.slice(2);
/** Every figure, and those that a page shows with defaults of its own. */
const docs = join(here, "../docs");
const pages = readdirSync(docs, { recursive: true }).filter((name) => name.endsWith(".md"));
const tags = [
  ...Object.keys(figures).map((id) => ({ id, name: id, values: {} })),
  ...pages.flatMap((name) => tagsOf(readFileSync(join(docs, name), "utf8"))),
];
const all = [...new Map(tags.map((tag) => [tag.name, tag])).values()];
const wanted = all.filter(({ id, name }) => asked.length === 0 || asked.includes(id) || asked.includes(name));

await init("wasm");
defaultDevice("wasm");
const tools = {
  device: "wasm",
  asset: async (path) => new Uint8Array(await readFile(join(here, "public", path))).buffer,
  progress: () => {},
  signal: new AbortController().signal,
};
mkdirSync(join(here, "stills"), { recursive: true });
for (const tag of wanted) {
  const { name } = tag;
  const since = performance.now();
  const { svg, says, rows } = await stillOf(tag, tools);
  writeFileSync(join(here, "stills", `${name}.svg`), `${svg}\n`);
  writeFileSync(join(here, "stills", `${name}.json`), `${JSON.stringify({ says, rows: rows.map(short) })}\n`);
  console.error(
    `${name}  ${((performance.now() - since) / 1000).toFixed(1)} s, ${(svg.length / 1000).toFixed(0)} KB`,
  );
}
if (asked.length === 0)
  for (const name of readdirSync(join(here, "stills")))
    if (!all.some((tag) => tag.name === name.replace(/\.\w+$/, ""))) rmSync(join(here, "stills", name));
process.exit(0);

/** Six digits are what floats of 32 bits keep. */
function short(row) {
  return Object.fromEntries(
    Object.entries(row).map(([name, v]) => [name, typeof v === "number" ? Number(v.toPrecision(6)) : v]),
  );
}
