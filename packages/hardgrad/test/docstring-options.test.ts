import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { catalogue, pseudoDerivatives } from "../src/index.ts";
import type { OptionSpec } from "../src/types.ts";

/** Editors show the docstring, the command line shows the table: they say the same. */

const source = fileURLToPath(new URL("../src/", import.meta.url));
const text = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => /^(estimators|units)[/\\].*\.ts$/.test(file))
  .map((file) => readFileSync(source + file, "utf8"))
  .join("\n");

/** What the docstring of an exported factory says of each option. */
function saidOf(name: string): Map<string, string> {
  const doc = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport const ${name} =`).exec(text)?.[1];
  if (!doc) throw new Error(`${name} has no docstring`);
  const tags = doc.replace(/\n \* ?/g, "\n").split(/\n@/);
  return new Map(
    tags.flatMap((tag) => {
      const [, option, said] = /^param given\.(\w+) ([\s\S]*)$/.exec(tag.trim()) ?? [];
      return option ? [[option, said!.replaceAll("\n", " ")] as const] : [];
    }),
  );
}

const value = (shown: string): number => {
  const [, top, operator, bottom] = /^(-?[\d.]+(?:e-?\d+)?)(?:([/^])(\d+))?$/.exec(shown)!;
  if (operator === "/") return Number(top) / Number(bottom);
  return operator === "^" ? Number(top) ** Number(bottom) : Number(top);
};

function check(where: string, spec: OptionSpec, said: string | undefined): void {
  expect(said, `${where} is in the docstring`).toBeDefined();
  if (spec.type === "choice") {
    for (const choice of spec.choices) expect(said, where).toContain(`"${choice}"`);
    expect(said, where).toContain(`"${spec.default}"\` (default)`);
  } else if (spec.type === "boolean")
    expect(said, where).toMatch(RegExp(`default ${spec.default}|${spec.default} \\(default`));
  else {
    const number = "(-?[\\d.]+(?:e-?\\d+)?(?:[/^]\\d+)?)";
    const [, min, max] = RegExp(`${number} to ${number}`).exec(said!) ?? [];
    const [, initial] = RegExp(`default ${number}`).exec(said!) ?? [];
    expect(
      [min, max, initial].map((shown) => shown && value(shown)),
      `${where}: ${said}`,
    ).toEqual([spec.min, spec.max, spec.default]);
    if (spec.schedulable) expect(said, where).toContain("or a scalar array");
  }
}

test("the docstring of every estimator has its options, with range and default, and no others", () => {
  for (const { name, create } of catalogue) {
    const said = saidOf(name);
    const { options } = create();
    expect([...said.keys()], name).toEqual(Object.keys(options));
    for (const [option, spec] of Object.entries(options)) check(`${name}.${option}`, spec, said.get(option));
  }
});

test("so has that of every pseudo-derivative", () => {
  const names = [...text.matchAll(/export const (\w+) = define\(\{\s*id: "([\w-]+)"/g)];
  expect(names.length).toBe(pseudoDerivatives.length);
  for (const [, name, id] of names) {
    const said = saidOf(name!);
    const { options } = pseudoDerivatives.find((entry) => entry.id === id)!.create();
    expect([...said.keys()], name).toEqual(Object.keys(options));
    for (const [option, spec] of Object.entries(options)) check(`${name}.${option}`, spec, said.get(option));
  }
});
