// The docstrings of what a package exports: found by following the exports of its index file through the sources.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Comment, type Program, parseSync } from "oxc-parser";

type Statement = Program["body"][number];

/** One export: where it is declared, and the text of its docstring (undefined where there is none). */
export interface Documented {
  readonly name: string;
  readonly file: string;
  readonly doc: string | undefined;
}

interface Source {
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
}

const parsed = new Map<string, Source>();

function parse(file: string): Source {
  const known = parsed.get(file);
  if (known) return known;
  const text = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const source = { text, program, comments };
  parsed.set(file, source);
  return source;
}

/** Names that a statement declares and exports. */
function declared(statement: Statement): string[] {
  if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return [];
  const { declaration } = statement;
  if (declaration.type === "VariableDeclaration")
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  return "id" in declaration && declaration.id && "name" in declaration.id ? [declaration.id.name] : [];
}

/** The names that a file declares and exports. */
export function declarationsOf(file: string): string[] {
  return parse(file).program.body.flatMap(declared);
}

/** Exported names with the file that declares each, and its name there. */
function exportsOf(file: string): { name: string; file: string; local: string }[] {
  return parse(file).program.body.flatMap((statement) => {
    if (statement.type === "ExportAllDeclaration")
      return exportsOf(resolve(dirname(file), statement.source.value));
    if (statement.type !== "ExportNamedDeclaration") return [];
    if (!statement.source) return declared(statement).map((name) => ({ name, file, local: name }));
    const from = resolve(dirname(file), statement.source.value);
    return statement.specifiers.map(({ local, exported }) => {
      const [inner, outer] = [local, exported].map((id) => (id.type === "Literal" ? id.value : id.name));
      const found = exportsOf(from).find((e) => e.name === inner);
      if (!found) throw new Error(`${from} does not export ${inner}`);
      return { ...found, name: outer! };
    });
  });
}

/** The text of the docstring that ends where the declaration begins. */
function docstringOf(file: string, name: string): string | undefined {
  const { text, program, comments } = parse(file);
  const { start } = program.body.find((statement) => declared(statement).includes(name))!;
  const comment = comments.findLast((c) => c.type === "Block" && c.end <= start && c.value.startsWith("*"));
  if (
    !comment ||
    text
      .slice(comment.end, start)
      .replaceAll(/^\/\/.*$/gm, "")
      .trim() !== ""
  )
    return undefined;
  const lines = comment.value.slice(1).split("\n");
  return lines
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** Every export of an index file, with its docstring. */
export function docstringsOf(index: string): Documented[] {
  return exportsOf(index).map(({ name, file, local }) => ({ name, file, doc: docstringOf(file, local) }));
}

/** The tags of a docstring, in order: `{ tag: "param", text: "x the sample" }`. */
export function tagsOf(doc: string): { tag: string; text: string }[] {
  return doc
    .split(/^@(?=[a-z])/m)
    .slice(1)
    .map((part) => {
      const tag = /^[a-z]+/i.exec(part)![0];
      return { tag, text: part.slice(tag.length).trim() };
    });
}

/** A citation: one or several names, and a year. */
const citation =
  /\p{Lu}[\p{L}-]+(?:,? (?:et al\.?,?|(?:and|&) \p{Lu}[\p{L}'\- ]+|\p{Lu}[\p{L}'-]+))* \(?(?:19|20)\d\d\b/u;

/** What is wrong with a docstring: no text, a function without an example, a citation in the tag of something else. */
export function faultsOf({ name, doc }: Documented, value: unknown): string[] {
  if (!doc) return [`${name} has no docstring`];
  const tags = tagsOf(doc);
  const faults = tags
    .filter(({ tag, text }) => tag !== "see" && tag !== "example" && citation.test(text))
    .map(
      ({ tag, text }) => `${name}: "${citation.exec(text)![0]}" stands in @${tag}; give it a @see of its own`,
    );
  if (/^Reference:/m.test(doc)) faults.push(`${name}: write @see in place of "Reference:"`);
  const callable = typeof value === "function" && !/^class\b/.test(String(value));
  if (callable && !tags.some(({ tag }) => tag === "example")) faults.push(`${name} has no @example`);
  return faults;
}
