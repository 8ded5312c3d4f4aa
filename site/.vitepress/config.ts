import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import katex from "@vscode/markdown-it-katex";
import { defineConfig, type MarkdownRenderer } from "vitepress";
import { withFigures } from "../build/figures.ts";
import { repositoryLinks } from "../build/links.ts";
import { variables } from "../figures/look.ts";
import { nav, sidebar } from "./contents.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { paths } = JSON.parse(readFileSync(`${root}/tsconfig.test.json`, "utf8")).compilerOptions as {
  readonly paths: { readonly [name: string]: readonly [string] };
};
const alias = Object.entries(paths).map(([name, [path]]) => ({
  find: new RegExp(`^${name.replace("*", "(.*)")}$`),
  replacement: `${root}/${path.replace("*", "$1")}`,
}));
const ground = (which: "light" | "dark"): string => variables.map((v) => `${v.name}:${v[which]}`).join(";");

export default defineConfig({
  title: "hardgrad",
  description:
    "Gradient estimators for networks that make hard choices: explained, measured, live in your browser.",
  lang: "en",
  srcDir: "../docs",
  outDir: "./dist",
  cacheDir: "./.vitepress/cache",
  metaChunk: true,
  head: [["style", {}, `:root{${ground("light")}}.dark{${ground("dark")}}`]],
  markdown: {
    config: (md) => {
      // A CommonJS module: what it exports by default is a property here.
      (katex as unknown as { default: (md: MarkdownRenderer) => void }).default(md);
      repositoryLinks("docs")(md);
    },
  },
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: "https://github.com/hardgrad/hardgrad" }],
    docFooter: { prev: "Before", next: "Next" },
  },
  vite: {
    resolve: { alias },
    server: { fs: { allow: [root] } },
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
