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

/** In the order in which a newcomer needs them; with a short name where the heading is long. */
const guides: { readonly [group: string]: { readonly [path: string]: string } } = {
  "First steps": {
    start: "Start: ten minutes",
    choosing: "Choose an estimator",
    "plain-loop": "Write the training loop",
    tour: "Tour of the core",
    "blog-post": "The post, corrected",
  },
  "Hard choices": {
    units: "Hard units",
    "choosing-k-of-n": "k of n, top-k",
    "vector-quantization": "Vector quantization",
    routing: "Mixture-of-experts routing",
    circuits: "Circuits of logic gates",
    "measuring-a-part": "Audit a part of a large layer",
  },
  "Use cases": {
    generator: "Digits on request",
    conditional: "Conditional computation",
    forgetting: "Learning without forgetting",
  },
  "Your own": {
    "own-data": "Your data",
    "own-estimator": "Your estimator",
    "own-experiment": "Your experiment",
    data: "Built-in datasets",
    sweeps: "Sweeps: many runs",
  },
  Deploy: {
    export: "Export",
    onnx: "ONNX",
    runtime: "The hard runtime",
    platforms: "Platforms",
    limitations: "Limitations",
  },
  Measurements: {
    reproducing: "Published results, and ours",
    performance: "Speed",
    "conditional-measured": "Conditional computation",
    "forgetting-measured": "Learning without forgetting",
    "runtime-measured": "The hard runtime",
    "site-measured": "This site",
  },
};
const listed = new Set(Object.values(guides).flatMap((pages) => Object.keys(pages)));
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
        const [name, about] = headingOf(path).split(": ");
        return {
          text: number < 99 ? `${number}. ${name}` : name!,
          link: `/${path}`,
          about: about ?? /^about: (.+)$/m.exec(read(path))?.[1],
        };
      }),
    ],
  },
  ...Object.entries(guides).map(([text, pages]) => ({
    text,
    items: Object.entries(pages)
      .map(([path, name]): DefaultTheme.SidebarItem => ({ text: name, link: `/${path}` }))
      .concat(text === "Measurements" ? rest.map(item) : []),
  })),
  { text: "Decisions", items: there("decisions").map(item) },
];

export const sidebar: DefaultTheme.SidebarMulti = {
  "/estimators": [
    { text: "All estimators", link: "/estimators" },
    ...families.map((family) => ({
      text: family[0]!.toUpperCase() + family.slice(1),
      items: catalogue
        .filter((entry) => entry.create().family === family)
        .map((entry) => ({ text: entry.create().title, link: `/estimators/${entry.id}` })),
    })),
  ],
  "/api/": [
    { text: "Reference", link: "/api/" },
    // In the order of the reference's own list.
    ...[...read("api/README").matchAll(/\(([\w-]+)\.md\)/g)].map(([, name]) => item(`api/${name}`)),
  ],
  "/": reading,
};
