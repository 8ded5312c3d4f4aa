// The API reference from the docstrings of what packages/hardgrad exports. An export without one is an error.
import { readFileSync } from "node:fs";

const source = new URL("../packages/hardgrad/src/", import.meta.url);

/** Exported names by file, in the order of index.ts; `export *` is followed one level. */
function exportsOf(file) {
  const text = readFileSync(new URL(file, source), "utf8");
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  return [...text.matchAll(/export (?:type )?(?:\{([^}]*)\}|\*) from "\.\/([^"]+)"/g)].flatMap(
    ([, names, from]) =>
      names === undefined
        ? exportsOf(folder + from)
        : names
            .split(",")
            .map((n) => n.trim().replace(/^type /, ""))
            .filter(Boolean)
            .map((name) => ({ name, file: folder + from })),
  );
}

/** Docstring and signature of a name in a file. */
function documented({ name, file }) {
  const text = readFileSync(new URL(file, source), "utf8");
  const declaration = new RegExp(`\\nexport (?:async )?(?:function|const|interface|type) ${name}\\b`).exec(
    text,
  );
  if (!declaration) throw new Error(`${file} does not declare ${name}`);
  const before = text.slice(0, declaration.index);
  if (!before.endsWith("*/")) throw new Error(`${file}: ${name} is exported without a docstring`);
  const start = before.lastIndexOf("/**");
  const doc = before
    .slice(start + 3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
  const rest = text.slice(declaration.index + 1);
  const end =
    rest.search(/^export function|^export async/) === 0 ? rest.search(/ \{\n/) : rest.search(/( =|\{\n|;\n)/);
  const signature = rest
    .slice(0, end)
    .replace(/^export /, "")
    .replace(/ =$/, "")
    .trim();
  return { name, file, doc, signature };
}

const withExample = (doc) =>
  doc
    .replace(/@example\n([\s\S]*?)(?=\n@|$)/g, (_, code) => `\n\`\`\`js\n${code.trim()}\n\`\`\``)
    .replace(/^@(\w+) ?/gm, "\n- **$1** ");

/** The page, as Markdown. Throws for an export without a docstring. */
export function apiPage() {
  const names = exportsOf("index.ts");
  const faults = names.flatMap((entry) => {
    try {
      documented(entry);
      return [];
    } catch (error) {
      return [error.message];
    }
  });
  if (faults.length > 0) throw new Error(`every export needs a docstring:\n${faults.join("\n")}`);
  const entries = names.map(documented);
  const section = ({ name, file, doc, signature }) =>
    `## ${name}\n\n\`\`\`ts\n${signature}\n\`\`\`\n\n${withExample(doc)}\n\n\`${file}\`\n`;
  return `# API of the package hardgrad\n\nMade by \`npm run docs\` from the docstrings.\n\n${entries.map((e) => `[${e.name}](#${e.name.toLowerCase()})`).join(", ")}\n\n${entries.map(section).join("\n")}`;
}
