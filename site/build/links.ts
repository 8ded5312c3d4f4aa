import type { MarkdownRenderer } from "vitepress";

/** Where the repository is read. */
const REPOSITORY = "https://github.com/hardgrad/hardgrad/blob/main/";

/** Links from a page to files that are no pages (sources, examples, results) lead to the repository. */
export const repositoryLinks =
  (docs: string) =>
  (md: MarkdownRenderer): void => {
    md.core.ruler.push("repository-links", ({ tokens, env }) => {
      const page = (env as { relativePath?: string }).relativePath ?? "";
      for (const token of tokens.flatMap((t) => t.children ?? []))
        if (token.type === "link_open") {
          const href = token.attrGet("href")!;
          const target = repositoryPath(`${docs}/${page}`, href);
          if (target !== undefined) token.attrSet("href", `${REPOSITORY}${target}`);
          // A folder's page, by the name that it has on the site.
          else if (!/^[a-z]+:/i.test(href))
            token.attrSet("href", href.replace(/(^|\/)README\.md/, "$1index.md"));
        }
    });
  };

/** The path of what a page of docs links to, if it is a file that the site does not have. */
export function repositoryPath(page: string, href: string): string | undefined {
  if (/^([a-z]+:|#|\/)/i.test(href)) return undefined;
  const [path] = href.split(/[#?]/) as [string];
  const { pathname, hash } = new URL(href, `file:///${page}`);
  const within = pathname.slice(1);
  if (/\.md$/.test(path) && within.startsWith("docs/")) return undefined;
  return `${within}${hash}`;
}
