// What axe finds on built pages. Their scripts are not run: a page is looked at as it was built, once light and once dark.
// What scripts make (live figures) is looked at where figures are tested.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All pages of the site, by their paths. */
export const pagesOf = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html") && name !== "404.html")
    .sort();

/**
 * Pages that have, together, every kind of element that any page has, a kind being an element with its classes, its role and
 * what it stands in; the explainer's all, and of the others as few as that takes.
 */
export function telling(folder) {
  const rest = new Map(
    pagesOf(folder).map((name) => [name, kindsOf(readFileSync(join(folder, name), "utf8"))]),
  );
  const chosen = [];
  const choose = (name) => {
    const seen = rest.get(name);
    rest.delete(name);
    for (const kinds of rest.values()) for (const kind of seen) kinds.delete(kind);
    chosen.push(name);
  };
  for (const name of [...rest.keys()].filter((name) => /^(index|explainer\/)/.test(name))) choose(name);
  for (;;) {
    const [most] = [...rest].sort(([, a], [, b]) => b.size - a.size);
    if (!most || most[1].size === 0) return chosen;
    choose(most[0]);
  }
}

const VOID = new Set(["br", "hr", "img", "input", "link", "meta", "source", "wbr"]);

function kindsOf(html) {
  const content = html.slice(html.indexOf('id="VPContent"'));
  const kinds = new Set();
  const open = [];
  for (const [, end, name, rest, closed] of content.matchAll(
    /<(\/?)([a-z][\w-]*)((?:"[^"]*"|[^">])*?)(\/?)>/g,
  )) {
    if (end) {
      while (open.length > 0 && open.pop() !== name);
      continue;
    }
    // What is drawn is one picture to axe.
    if (open.includes("svg") || open.includes("math")) {
      if (!closed) open.push(name);
      continue;
    }
    const of = (key) => new RegExp(` ${key}="([^"]*)"`).exec(rest)?.[1] ?? "";
    // A page's own name is a class of its content.
    const classes = of("class").replace(/___base__\S*/, "");
    kinds.add(`${open.at(-1)}>${name}.${classes}.${of("role")}.${of("type")}`);
    if (!closed && !VOID.has(name)) open.push(name);
  }
  return kinds;
}

/** A page of a browser that shows pages without their scripts, at one width. */
export async function lookingAt(browser) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
  });
  await context.route(/\.js$/, (route) => route.abort());
  await context.addInitScript(axe);
  return context.newPage();
}

/** The serious findings of one page, light and dark. */
export async function findingsOf(page, address) {
  await page.goto(address, { waitUntil: "domcontentloaded" });
  return findingsIn(page);
}

/** Those of the content that is shown; the frame around it needs scripts, and is looked at where they run. */
export async function findingsIn(page) {
  const found = [];
  for (const dark of [false, true]) {
    await page.evaluate((on) => document.documentElement.classList.toggle("dark", on), dark);
    // The ground changes colours alone.
    const all = await page.evaluate(serious, dark ? ["color-contrast"] : undefined);
    found.push(...all.map((text) => `${dark ? "dark: " : ""}${text}`));
  }
  return found;
}

/** Runs in the page. */
async function serious(rules) {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await globalThis.axe.run("#VPContent", { ...only, resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join("\n")}`,
    );
}
