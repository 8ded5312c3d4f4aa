// The reference of the libraries from their docstrings, by TypeDoc; and what is wrong with the docstrings.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { references } from "hardgrad";
import { Application, Converter, Logger, LogLevel, ReferenceType, ReflectionKind, UnionType } from "typedoc";

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = join(here, "../../packages");

/** What is imported, and its source; the page of each is named without the scope. */
const entries = {
  hardgrad: "hardgrad/src/index.ts",
  "hardgrad/check": "hardgrad/src/check/index.ts",
  "@hardgrad/onnx": "onnx/src/index.ts",
  "@hardgrad/onnx/graph": "onnx/src/graph.ts",
  "@hardgrad/compiler": "compiler/src/index.ts",
  "@hardgrad/runtime": "runtime/src/index.ts",
  "@hardgrad/runtime/circuit": "runtime/src/circuit/index.ts",
  "@hardgrad/runtime/threads": "runtime/src/threads.ts",
  "@hardgrad/runtime/measure": "runtime/src/measure.ts",
  "@hardgrad/experiments": "experiments/src/index.ts",
};
const pageOf = (name) => name.replace("@hardgrad/", "").replace("/", "-");

/** Keeps what TypeDoc says. */
class Kept extends Logger {
  messages = [];
  addContext(message) {
    return message;
  }
  log(message, level) {
    if (level >= LogLevel.Warn) this.messages.push(message);
  }
}

/** Where a type and a function differ in case alone, TypeDoc counts their headings otherwise than GitHub: the type comes first. */
function withAnchors(text) {
  const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  const headings = [...text.matchAll(/^#+ (\w+)/gm)].map(([, name]) => name.toLowerCase());
  return text.replaceAll(/\]\(#(([a-z\d]+)-(\d+))\)/g, (link, id, name, number) =>
    ids.includes(id) || headings.filter((h) => h === name).length > Number(number) ? link : `](#${name})`,
  );
}

/** Names the union of all papers' keys again: TypeScript writes it out where it is part of another union. */
function withNamesOfUnions(project) {
  const keys = project.getReflectionsByKind(ReflectionKind.TypeAlias).find((r) => r.name === "ReferenceKey");
  const written = (type) => type.type === "literal" && type.value in references;
  for (const reflection of Object.values(project.reflections)) {
    const { type } = reflection;
    if (type?.type !== "union" || type.types.filter(written).length !== Object.keys(references).length)
      continue;
    const name = ReferenceType.createResolvedReference("ReferenceKey", keys, project);
    reflection.type = new UnionType([name, ...type.types.filter((t) => !written(t))]);
  }
}

/** @returns {Promise<{ pages: { [path: string]: string }, faults: string[] }>} pages by their names in docs/api */
export async function reference() {
  const out = mkdtempSync(join(tmpdir(), "hardgrad-reference-"));
  const app = await Application.bootstrapWithPlugins({
    logLevel: "Warn",
    entryPoints: Object.values(entries).map((path) => join(sources, path)),
    tsconfig: join(here, "tsconfig.json"),
    plugin: [fileURLToPath(import.meta.resolve("typedoc-plugin-markdown"))],
    skipErrorChecking: true, // our own compiler does it
    disableSources: true, // or every edit of a source would change pages
    disableGit: true,
    excludeExternals: true,
    excludeInternal: true,
    out,
    readme: "none",
    router: "module",
    sort: ["alphabetical"],
    validation: { notDocumented: true, notExported: false, invalidLink: true },
    packagesRequiringDocumentation: Object.keys(entries),
    requiredToBeDocumented: ["Function", "Interface", "TypeAlias", "Variable", "Class"],
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    typeDeclarationFormat: "table",
    useCodeBlocks: true,
    expandParameters: true,
  });
  const logger = new Kept();
  app.logger = logger;
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children)
      for (const [name, path] of Object.entries(entries))
        if (path.replace(/(\/index)?\.ts$/, "") === module.name) module.name = pageOf(name);
    withNamesOfUnions(project);
  });
  const project = await app.convert();
  if (!project) return { pages: {}, faults: logger.messages };
  app.validate(project);
  await app.generateOutputs(project);
  const files = readdirSync(out, { recursive: true }).filter((name) => name.endsWith(".md"));
  const titled = (text) =>
    Object.keys(entries).reduce((t, name) => t.replace(`# ${pageOf(name)}\n`, `# ${name}\n`), text);
  const titles = Object.keys(entries).map((name) => `- [${name}](${pageOf(name)}.md)\n`);
  const pages = Object.fromEntries(
    files.sort().map((name) => [name, withAnchors(titled(readFileSync(join(out, name), "utf8")))]),
  );
  rmSync(out, { recursive: true });
  pages["README.md"] = `# Reference\n\nMade by \`npm run docs\` from the docstrings.\n\n${titles.join("")}`;
  const writtenOut = Object.entries(pages).flatMap(([name, text]) =>
    text
      .split("\n")
      .flatMap((line) =>
        line.length > 1000
          ? [`docs/api/${name}: a type is written out, not named: ${line.slice(0, 200)} ...`]
          : [],
      ),
  );
  return { pages, faults: [...logger.messages, ...writtenOut] };
}
