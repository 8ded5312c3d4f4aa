// Takes the base out of a build, so that the folder works below any path of any host: pages name their files relative
// to themselves, and scripts find where the site begins by a word of the page.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { NOT_FOUND } from "./not-found.mjs";

/** What VitePress believes to be the base. */
export const BASE = "/__base__/";
const WORD = "__base";

export function relocate(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    const up = "../".repeat(name.split(/[/\\]/).length - 1) || "./";
    if (name === "404.html") writeFileSync(path, NOT_FOUND);
    else if (name.endsWith(".html")) change(path, (text) => page(text, up));
    else if (name.endsWith(".css")) change(path, (text) => text.replaceAll(`${BASE}assets/`, "./"));
    else if (name.endsWith(".js")) change(path, (text) => script(path, text));
  }
}

function change(path, how) {
  const before = readFileSync(path, "utf8");
  const after = how(before);
  if (after.includes(BASE)) throw new Error(`${path} still names the base`);
  if (after !== before) writeFileSync(path, after);
}

/** Where the site begins, for scripts, before any of them runs. The same text in every page: so is its hash. */
const BEGIN = `window.${WORD}=new URL(document.currentScript.dataset.up,location.href).pathname`;

const page = (html, up) =>
  html.replace("<head>", `<head>\n    <script data-up="${up}">${BEGIN}</script>`).replaceAll(BASE, up);

/** Strings that contain the base become sums with the word in them. */
function script(path, text) {
  if (!text.includes(BASE)) return text;
  const found = [];
  const visit = (node) => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) return node.forEach(visit);
    const literal = node.type === "Literal" && typeof node.value === "string";
    if (literal || node.type === "TemplateElement") {
      const raw = text.slice(node.start, node.end);
      if (raw.includes(BASE)) found.push({ node, raw, literal });
    }
    for (const [key, value] of Object.entries(node)) if (key !== "parent") visit(value);
  };
  visit(parseSync(path, text).program);
  return found
    .sort((a, b) => b.node.start - a.node.start)
    .reduce((code, { node, raw, literal }) => {
      const sum = literal
        ? `(${raw.replaceAll(BASE, `${raw[0]}+${WORD}+${raw[0]}`).replace(/^(["'])\1\+/, "")})`
        : raw.replaceAll(BASE, `\${${WORD}}`);
      return code.slice(0, node.start) + sum + code.slice(node.end);
    }, text);
}
