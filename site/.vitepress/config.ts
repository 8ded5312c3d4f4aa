import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import katex from "@vscode/markdown-it-katex";
import { createCssVariablesTheme } from "shiki";
import { defineConfig, type MarkdownEnv, type MarkdownRenderer } from "vitepress";
import { withFigures } from "../build/figures.ts";
import { repositoryLinks } from "../build/links.ts";
import { slug } from "../build/slug.ts";
import { variables } from "../figures/look.ts";
import { unbroken } from "../figures/plots/numbers.ts";
import { nav, sidebar } from "./contents.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { paths } = JSON.parse(readFileSync(`${root}/tsconfig.test.json`, "utf8")).compilerOptions as {
  readonly paths: { readonly [name: string]: readonly [string] };
};
const alias = Object.entries(paths).map(([name, [path]]) => ({
  find: new RegExp(`^${name.replace("*", "(.*)")}$`),
  replacement: `${root}/${path.replace("*", "$1")}`,
}));
const base = process.env.SITE_BASE ?? "/";
const ground = (which: "light" | "dark"): string => variables.map((v) => `${v.name}:${v[which]}`).join(";");

/** The reference's code has no colours: it is long, and they would make it four times as heavy. */
function plainReference(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    if ((env as MarkdownEnv).relativePath?.startsWith("api/")) tokens[i]!.info = "txt";
    return fence!(tokens, i, options, env, self);
  };
}

/** A number, its error and its unit stay on one line: the columns of tables are narrow. */
function wholeNumbers(md: MarkdownRenderer): void {
  md.core.ruler.push("whole-numbers", ({ tokens }) => {
    for (const { children } of tokens)
      for (const part of children ?? []) if (part.type === "text") part.content = unbroken(part.content);
  });
}

/** For the search: without colours in code, which take most of the time. */
function plainly(
  source: string,
  env: MarkdownEnv,
  md: { options: { highlight?: unknown }; render(source: string, env: MarkdownEnv): string },
): string {
  const { highlight } = md.options;
  md.options.highlight = null;
  const html = md.render(source, env);
  md.options.highlight = highlight;
  return env.frontmatter?.search === false ? "" : html;
}

const github =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 .3a12 12 0 0 0-3.8 23.4c.6.1.8-.3.8-.6v-2c-3.3.7-4-1.6-4-1.6-.6-1.4-1.4-1.8-1.4-1.8-1-.7.1-.7.1-.7 1.2 0 1.9 1.2 1.9 1.2 1 1.8 2.8 1.3 3.5 1 0-.8.4-1.3.7-1.6-2.7-.3-5.5-1.3-5.5-6 0-1.2.5-2.3 1.3-3.1-.2-.4-.6-1.6 0-3.2 0 0 1-.3 3.4 1.2a11.5 11.5 0 0 1 6 0c2.3-1.5 3.3-1.2 3.3-1.2.6 1.6.2 2.8 0 3.2.9.8 1.3 1.9 1.3 3.2 0 4.6-2.8 5.6-5.5 5.9.5.4.9 1 .9 2.2v3.3c0 .3.1.7.8.6A12 12 0 0 0 12 .3"/></svg>';

export default defineConfig({
  title: "hardgrad",
  description:
    "Gradient estimators for networks that make hard choices: explained, measured, live in your browser.",
  lang: "en",
  srcDir: "../docs",
  outDir: "../packages/cli/site",
  cacheDir: "./.vitepress/cache",
  // A word that `build.mjs` takes out again, so that the same build works below any path.
  base,
  rewrites: { "api/README.md": "api/index.md" },
  metaChunk: true,
  // What a visitor does not ask for is not loaded.
  router: { prefetchLinks: false },
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: `${base}favicon.svg` }],
    ["style", {}, `:root{${ground("light")}}.dark{${ground("dark")}}`],
  ],
  markdown: {
    theme: createCssVariablesTheme({ name: "quiet", variablePrefix: "--code-" }),
    anchor: { slugify: slug },
    config: (md) => {
      // A CommonJS module: what it exports by default is a property here.
      (katex as unknown as { default: (md: MarkdownRenderer, options: object) => void }).default(md, {
        output: "mathml", // browsers draw it: no style sheet, no fonts
      });
      repositoryLinks("docs")(md);
      plainReference(md);
      wholeNumbers(md);
    },
  },
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    search: {
      provider: "local",
      options: {
        _render: plainly,
        translations: { button: { buttonText: "Search", buttonAriaLabel: "Search K" } },
      },
    },
    socialLinks: [
      { icon: { svg: github }, link: "https://github.com/hardgrad/hardgrad", ariaLabel: "GitHub" },
    ],
    docFooter: { prev: "Previous", next: "Next" },
  },
  vite: {
    publicDir: `${root}/site/public`,
    resolve: { alias },
    server: { fs: { allow: [root] } },
    optimizeDeps: { include: ["@jax-js/jax", "@observablehq/plot"] },
    worker: { format: "es" },
    build: { chunkSizeWarningLimit: 2000 },
    plugins: [
      {
        name: "figures",
        enforce: "pre",
        transform: (code, id) => (id.endsWith(".md") ? withFigures(code) : undefined),
      },
    ],
  },
});
