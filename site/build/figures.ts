import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { figures } from "../figures/index.ts";
import { unbroken } from "../figures/plots/numbers.ts";
import { beginningOf } from "../frame/beginning.ts";
import { preset, type Tag, tagsOf } from "../frame/preset.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts a figure where a page says `<Figure id="neuron" />`: its question, its still picture and its sentence, which
 * are there without script, and then the live one, which takes their place when the worker is ready.
 */
export async function withFigures(page: string): Promise<string> {
  const found = tagsOf(page);
  if (found.length === 0) return page;
  const tags = [...new Map(found.map((tag) => [tag.tag, tag])).values()];
  const parts = await Promise.all(tags.map(async (tag, i) => [tag.tag, await markup(tag, i)] as const));
  const scripts = tags.flatMap(({ id, values }, i) => {
    const set = Object.keys(values).length > 0;
    return [
      `import { figure as ${set ? "plain" : "figure"}${i} } from "${at(`../figures/${id}/figure.ts`)}";`,
      ...(set ? [`const figure${i} = preset(plain${i}, ${JSON.stringify(values)});`] : []),
    ];
  });
  return [
    parts.reduce(
      (text, [tag, html]) => text.replaceAll(withHint(tag), (_, title, text) => html(title, text)),
      page,
    ),
    "",
    '<script setup lang="ts">',
    `import { preset } from "${at("../frame/preset.ts")}";`,
    ...scripts,
    "</script>",
    "",
  ].join("\n");
}

/** A figure, and in the paragraph after it what to look for. */
const withHint = (tag: string): RegExp =>
  new RegExp(`^${tag}(?=(?:\\n+\\*\\*(What to look for|What you see)\\.\\*\\* (.+))?)`, "gm");

/** That paragraph once more under the title, folded: on a phone it would stand screens below the picture. */
function hint(title: string, text: string): string[] {
  if (text.endsWith(":"))
    throw new Error(`"${title}" must stand alone, and what its colon announces is elsewhere: ${text}`);
  return [`<details class="hint"><summary>${title}</summary>`, "", text, "", "</details>"];
}

async function markup(
  { id, name, values }: Tag,
  place: number,
): Promise<(title: string | undefined, text: string) => string> {
  const load = figures[id];
  if (!load) throw new Error(`there is no figure ${id}; the figures are ${Object.keys(figures).join(", ")}.`);
  const { figure } = await load();
  const [svg, data] = ["svg", "json"].map((end) => at(`../stills/${name}.${end}`));
  if (!existsSync(svg!))
    throw new Error(`figure ${name} has no still picture; run node site/stills.mjs ${name}.`);
  const { says } = JSON.parse(readFileSync(data!, "utf8")) as { says: string };
  const question = escaped(figure.question);
  return (title, text) =>
    [
      `<div class="lab" id="${id}" data-first="${escaped(JSON.stringify(beginningOf(preset(figure, values))))}">`,
      `<h3 class="question" id="${id}-question" v-pre>${question}</h3>`,
      ...(title === undefined ? [] : hint(title, text)),
      `<div class="still" v-pre><div role="img" tabindex="0" aria-label="${question}">${readFileSync(svg!, "utf8").trim()}</div>`,
      `<p class="says">${escaped(unbroken(says))}</p></div>`,
      `<LiveFigure :figure="figure${place}" />`,
      "</div>",
    ].join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
