// Runs an example of a docstring as it is written, and says what came of it.
import { Array as ConcreteArray } from "@jax-js/jax";
import { parseSync } from "oxc-parser";

/** What an example made: a declared name with its value, or an expression's value with the comment behind it. */
export interface Made {
  readonly name?: string;
  readonly said?: string;
  readonly value: unknown;
}

/** Free names of an example: functions that make a new value each time, or the promise of one. */
export interface Scope {
  readonly [name: string]: () => unknown;
}

/** Whether the code uses the name other than as a member or at the start of a string. */
const uses = (code: string, name: string): boolean =>
  new RegExp(`(?<![\\w$"']|(?<!\\.\\.)\\.)${name.replace("$", "\\$")}(?![\\w$])`).test(code);

/** Names that a pattern binds. */
// biome-ignore lint/suspicious/noExplicitAny: nodes of a syntax tree
function bound(pattern: any): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "ObjectPattern")
    return pattern.properties.flatMap((p: { value: unknown }) => bound(p.value));
  if (pattern.type === "ArrayPattern") return pattern.elements.filter(Boolean).flatMap(bound);
  return [];
}

/** The example as a block that pushes what it makes to `$made`, and the names that it declares. */
function instrumented(code: string): { block: string; declared: string[] } {
  const { program, errors } = parseSync("example.ts", code);
  if (errors[0]) throw new SyntaxError(errors[0].message);
  const declared: string[] = [];
  const assigned: string[] = [];
  let text = "";
  let at = 0;
  for (const statement of program.body) {
    text += code.slice(at, statement.start);
    at = statement.end;
    const own = code.slice(statement.start, statement.end);
    const said = /^[ \t]*\/\/ (.+)/.exec(code.slice(statement.end))?.[1];
    if (statement.type === "ExpressionStatement" && statement.expression.type !== "AssignmentExpression") {
      text += `$made.push({ value: await (${own.replace(/;$/, "")}), said: ${JSON.stringify(said)} });`;
      continue;
    }
    text += own;
    if (statement.type === "VariableDeclaration")
      declared.push(...statement.declarations.flatMap(({ id }) => bound(id)));
    if (statement.type === "ExpressionStatement" && "left" in statement.expression)
      assigned.push(...bound(statement.expression.left));
  }
  text += code.slice(at);
  const names = [...new Set([...declared, ...assigned])];
  const made = names.map((name) => `{ name: "${name}", value: await ${name} }`).join(", ");
  return { block: `{ ${text}\n$made.push(${made}); }`, declared };
}

const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<void>;

/** Runs an example; names that it does not declare come from the scope. */
export async function runExample(code: string, scope: Scope): Promise<Made[]> {
  const { block, declared } = instrumented(code);
  const names = Object.keys(scope).filter((name) => !declared.includes(name) && uses(code, name));
  const made: Made[] = [];
  const run = new AsyncFunction(...names, "$made", block);
  await run(...(await Promise.all(names.map((name) => scope[name]!()))), made);
  return made;
}

/** The numbers in a value, whatever holds them; an array that was consumed holds none. */
export function numbersIn(value: unknown, depth = 4): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as Float32Array, Number);
  if (value === null || typeof value !== "object" || depth === 0) return [];
  if (value instanceof ConcreteArray)
    return value.refCount > 0 ? Array.from(value.ref.dataSync() as Float32Array, Number) : [];
  return Object.values(value).flatMap((part) => numbersIn(part, depth - 1));
}

/** A comment that is a value, such as `[0, 1]` or `"rloo"`, as that value; undefined for prose. */
export function valueSaid(said: string | undefined): unknown {
  if (said === undefined || !/^(?:[[{"\d-]|true|false)/.test(said)) return undefined;
  try {
    return new Function(`"use strict"; return (${said});`)();
  } catch {
    return undefined;
  }
}
