import { expect, test } from "vitest";
import * as hardgrad from "../src/index.ts";
import { catalogue, learnedRoundings, pseudoDerivatives, units } from "../src/index.ts";

/** `reinmaxRao` is `reinmax-rao`, `fini2` is `fini-2`; a digit inside a name (`s2nn`) stays where it is. */
const kebab = (name: string): string =>
  name.replaceAll(/[A-Z]|(?<=[a-z])\d+$/g, (part) => `-${part.toLowerCase()}`);

/** The names of exports by the factory that they are. */
const names = new Map<unknown, string>(Object.entries(hardgrad).map(([name, value]) => [value, name]));

test.each([...catalogue, ...pseudoDerivatives, ...units, ...learnedRoundings])(
  "$id is called as its factory, in lower case with hyphens",
  ({ id, create }) => {
    expect(kebab(names.get(create) ?? "not exported")).toBe(id);
    expect(create().id).toBe(id);
  },
);
