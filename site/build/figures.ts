import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { figures } from "../figures/index.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts a figure where a page says `<Figure id="neuron" />`: its question, its still picture and its sentence, which
 * are there without script, and then the live one, which takes their place when the worker is ready.
 */
export async function withFigures(page: string): Promise<string> {
  const found = [...page.matchAll(/^<Figure id="([\w-]+)" \/>$/gm)].map(([, id]) => id!);
  if (found.length === 0) return page;
  const ids = [...new Set(found)];
  const parts = await Promise.all(ids.map(async (id) => [id, await markup(id)] as const));
  const imports = ids.map(
    (id, i) => `import { figure as figure${i} } from "${at(`../figures/${id}/figure.ts`)}";`,
  );
  return [
    parts
      .reduce((text, [id, html]) => text.replaceAll(`<Figure id="${id}" />`, () => html), page)
      .replaceAll(/:figure="(\d+)"/g, ':figure="figure$1"'),
    "",
    '<script setup lang="ts">',
    ...imports,
    "</script>",
    "",
  ].join("\n");

  async function markup(id: string): Promise<string> {
    const load = figures[id];
    if (!load)
      throw new Error(`there is no figure ${id}; the figures are ${Object.keys(figures).join(", ")}.`);
    const { figure } = await load();
    const [svg, data] = ["svg", "json"].map((end) => at(`../stills/${id}.${end}`));
    if (!existsSync(svg!))
      throw new Error(`figure ${id} has no still picture; run node site/stills.mjs ${id}.`);
    const { says } = JSON.parse(readFileSync(data!, "utf8")) as { says: string };
    const question = escaped(figure.question);
    return [
      `<div class="lab" id="${id}">`,
      `<h3 class="question" id="${id}-question" v-pre>${question}</h3>`,
      `<div class="still" v-pre><div role="img" aria-label="${question}">${readFileSync(svg!, "utf8").trim()}</div>`,
      `<p class="says">${escaped(says)}</p></div>`,
      `<LiveFigure :figure="${ids.indexOf(id)}" />`,
      "</div>",
    ].join("\n");
  }
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
