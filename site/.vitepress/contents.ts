import { existsSync, readdirSync, readFileSync } from "node:fs";
import { catalogue } from "hardgrad";
import type { DefaultTheme } from "vitepress";

const docs = new URL("../../docs/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(`${path}.md`, docs), "utf8");
const headingOf = (path: string): string => /^# (.+)$/m.exec(read(path))![1]!.replaceAll("`", "");
/** A page's title, short: what stands before a colon. */
const item = (path: string): DefaultTheme.SidebarItem => ({
  text: headingOf(path).split(": ")[0]!,
  link: `/${path}`,
});
const there = (folder: string): string[] =>
  existsSync(new URL(folder, docs))
    ? readdirSync(new URL(folder, docs))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `${folder}/${name.slice(0, -3)}`)
        .sort()
    : [];

/** Chapters say their number in their front matter. */
const chapterOf = (path: string): number => Number(/^chapter: (\d+)$/m.exec(read(path))?.[1] ?? 99);
export const chapters: readonly string[] = there("explainer").sort((a, b) => chapterOf(a) - chapterOf(b));

const guides = {
  "Use it": [
    "start",
    "choosing",
    "choosing-k-of-n",
    "vector-quantization",
    "units",
    "measuring-a-part",
    "sweeps",
    "plain-loop",
    "export",
    "onnx",
    "runtime",
    "platforms",
  ],
  "Your own": ["own-estimator", "own-experiment", "own-data", "data"],
  "Use cases": ["generator", "conditional", "routing", "forgetting"],
  Background: ["blog-post", "tour", "limitations"],
  Results: [
    "reproducing",
    "performance",
    "conditional-measured",
    "forgetting-measured",
    "runtime-measured",
    "site-measured",
  ],
} as const;
const listed = new Set<string>(Object.values(guides).flat());
const elsewhere = ["index", "estimators", "llms"];
/** Pages that nobody has put anywhere yet. */
const rest = there(".")
  .map((path) => path.slice(2))
  .filter((path) => !listed.has(path) && !elsewhere.includes(path));

const families = [...new Set(catalogue.map((entry) => entry.create().family))];

export const nav: DefaultTheme.NavItem[] = [
  { text: "Explainer", link: "/", activeMatch: "^/(index.html)?$|^/explainer/" },
  { text: "Start", link: "/start", activeMatch: "^/start" },
  { text: "Guides", link: "/choosing", activeMatch: "^/(?!start|estimators|api|explainer|index)[a-z]" },
  { text: "Estimators", link: "/estimators", activeMatch: "^/estimators" },
  { text: "API", link: "/api/", activeMatch: "^/api/" },
];

const reading: DefaultTheme.SidebarItem[] = [
  {
    text: "Explainer",
    items: [
      { text: "Hard choices", link: "/" },
      ...chapters.map((path) => {
        const number = chapterOf(path);
        const { text, link } = item(path);
        const about = headingOf(path).split(": ")[1];
        return { text: number < 99 ? `${number}. ${text}` : text!, link: link!, ...(about ? { about } : {}) };
      }),
    ],
  },
  ...Object.entries(guides).map(([text, pages]) => ({
    text,
    items: [...pages, ...(text === "Results" ? rest : [])]
      .filter((path) => existsSync(new URL(`${path}.md`, docs)))
      .map(item),
  })),
  { text: "Decisions", items: there("decisions").map(item) },
];

export const sidebar: DefaultTheme.SidebarMulti = {
  "/estimators": [
    { text: "All estimators", link: "/estimators" },
    ...families.map((family) => ({
      text: family,
      items: catalogue
        .filter((entry) => entry.create().family === family)
        .map((entry) => ({ text: entry.create().title, link: `/estimators/${entry.id}` })),
    })),
  ],
  "/api/": [
    { text: "Reference", link: "/api/" },
    ...there("api")
      .filter((p) => !p.endsWith("README"))
      .map(item),
  ],
  "/": reading,
};
