// llms.txt, a list of the pages for programs that read, and llms-full.txt, the guides in one file.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folders = [
  ["Guides", "."],
  ["Explainer", "explainer"],
  ["Estimators", "estimators"],
  ["API reference", "api"],
  ["Decisions", "decisions"],
];

export function llms(docs, out) {
  const pages = folders.flatMap(([group, folder]) =>
    names(join(docs, folder)).map((name) => {
      const text = readFileSync(join(docs, folder, name), "utf8").replace(/^---\n[\s\S]*?\n---\n/, "");
      const path = `${folder === "." ? "" : `${folder}/`}${name.replace("README", "index")}`;
      return { group, path, text, title: /^# (.+)$/m.exec(text)?.[1] ?? name, first: firstSentence(text) };
    }),
  );
  const head =
    "# hardgrad\n\n> Gradient estimators for neural networks that make hard choices, in TypeScript: train, audit against the exact gradient, export. `npm install hardgrad @jax-js/jax`.\n";
  const line = ({ path, title, first }) =>
    `- [${title}](${path.replace(/\.md$/, ".html")})${first ? `: ${first}` : ""}`;
  const lists = folders.map(([group]) => {
    const lines = pages.filter((page) => page.group === group).map(line);
    return lines.length > 0 ? `\n## ${group}\n\n${lines.join("\n")}\n` : "";
  });
  writeFileSync(join(out, "llms.txt"), head + lists.join(""));
  const full = pages.filter(({ group }) => group === "Guides" || group === "Explainer");
  const text = full.map(({ text }) =>
    text.replaceAll(/^<Figure id="([\w-]+)".* \/>$/gm, "(a live figure: $1)").trim(),
  );
  writeFileSync(join(out, "llms-full.txt"), `${head}\n${text.join("\n\n---\n\n")}\n`);
}

const names = (folder) => {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".md"));
  } catch {
    return [];
  }
};

/** The first sentence of prose: what a page is for. */
function firstSentence(text) {
  const paragraph = text.split("\n\n").find((part) => /^[A-Z`[*]/.test(part) && !part.startsWith("#"));
  return (
    paragraph
      ?.replaceAll("\n", " ")
      .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1")
      .match(/^.*?[.:](?= |$)/)?.[0] ?? ""
  );
}
