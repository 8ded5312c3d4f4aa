import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { repositoryPath } from "../build/links.ts";
import { slug } from "../build/slug.ts";
import { built, root, site } from "./harness.ts";

let pages: ReadonlyMap<string, string>;
beforeAll(() => {
  built();
  const names = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".html"),
  );
  pages = new Map(names.map((name) => [name.replaceAll("\\", "/"), readFileSync(join(site, name), "utf8")]));
}, 300_000);

const idsOf = (html: string): Set<string> =>
  new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!));

test("every link within the site leads to a file, and to a heading that is there", () => {
  const dead: string[] = [];
  const ids = new Map([...pages].map(([name, html]) => [name, idsOf(html)]));
  for (const [name, html] of pages)
    for (const [, href] of html.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|mailto:|data:)/.test(href!)) continue;
      const [path, hash] = href!.replace(/\?.*?(?=#|$)/, "").split("#") as [string, string?];
      const target = path === "" ? name : join(dirname(name), path, path.endsWith("/") ? "index.html" : "");
      if (!existsSync(join(site, target))) dead.push(`${name}: ${href}`);
      else if (hash && target.endsWith(".html") && !ids.get(target)!.has(decodeURIComponent(hash)))
        dead.push(`${name}: ${href}`);
    }
  expect(dead).toEqual([]);
  expect(pages.size).toBeGreaterThan(100);
});

test("what a page links to outside of docs is read in the repository, and is there", () => {
  const linked = [...pages.values()].flatMap((html) =>
    [...html.matchAll(/href="https:\/\/github\.com\/hardgrad\/hardgrad\/blob\/main\/([^"#]+)/g)].map(
      ([, path]) => path!,
    ),
  );
  expect(new Set(linked).size).toBeGreaterThan(20);
  for (const path of new Set(linked))
    expect(existsSync(join(root, decodeURIComponent(path))), path).toBe(true);
});

describe("where a link of a page leads", () => {
  test.each([
    ["docs/tour.md", "../packages/hardgrad/src/surrogate.ts", "packages/hardgrad/src/surrogate.ts"],
    ["docs/estimators/rloo.md", "../results/audit-quadratic.json", "docs/results/audit-quadratic.json"],
    ["docs/tour.md", "../README.md#start", "README.md#start"],
    ["docs/tour.md", "choosing.md#the-words", undefined],
    ["docs/tour.md", "https://x.example/a.ts", undefined],
    ["docs/tour.md", "#here", undefined],
  ])("%s: %s", (page, href, path) => {
    expect(repositoryPath(page, href)).toBe(path);
  });
  test("names of headings are those of GitHub", () => {
    expect(slug("What is `f`, and who needs it? (1 of 2)")).toBe("what-is-f-and-who-needs-it-1-of-2");
  });
});

test("lists for programs that read: every page, and the guides in one file", () => {
  const list = readFileSync(join(site, "llms.txt"), "utf8");
  for (const path of ["start.html", "estimators/rloo.html", "api/hardgrad.html"])
    expect(list).toContain(`](${path})`);
  for (const [, path] of list.matchAll(/\]\(([^)]+)\)/g))
    expect(existsSync(join(site, path!)), path).toBe(true);
  expect(readFileSync(join(site, "llms-full.txt"), "utf8")).toContain("# How to choose a gradient estimator");
});

test("every page forbids foreign origins and eval; no text names the placeholder of the base", () => {
  for (const [name, html] of pages) {
    if (name === "404.html") continue;
    expect(html, name).toMatch(
      /Content-Security-Policy" content="default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/,
    );
    expect(html, name).not.toMatch(/unsafe-eval'(?<!wasm-unsafe-eval')/);
    expect(html, name).not.toContain("/__base__/");
  }
});
