import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { estimatorFileName } from "../../src/ask/estimator.ts";
import { specsOf, splitSpec } from "../../src/ask/spec-text.ts";
import { scratch } from "../run.ts";

const here = process.cwd();
const there = scratch();
beforeAll(() => {
  for (const name of ["a,b.mjs", "c.mjs"]) writeFileSync(join(there, name), "");
  process.chdir(there);
});
afterAll(() => process.chdir(here));

test.each([
  ["rloo", "rloo", []],
  ["rloo:samples=8", "rloo", ["samples=8"]],
  ["rloo:8", "rloo", ["8"]],
  ["./mine.mjs:scale=2:on=true", "./mine.mjs", ["scale=2", "on=true"]],
  ["C:\\x\\mine.mjs", "C:\\x\\mine.mjs", []],
  ["C:\\x\\mine.mts:scale=2", "C:\\x\\mine.mts", ["scale=2"]],
  ["./a:b.js:scale=2", "./a:b.js", ["scale=2"]],
  ["./mine.mjs:", "./mine.mjs", [""]],
])("%s: its id and its options", (spec, id, options) => {
  expect(splitSpec(spec)).toEqual({ id, options });
});

test.each([
  ["reinmax, rloo:samples=8,", ["reinmax", "rloo:samples=8"]],
  ["./a,b.mjs", ["./a,b.mjs"]],
  ["rloo,./a,b.mjs:scale=2,./c.mjs,arm", ["rloo", "./a,b.mjs:scale=2", "./c.mjs", "arm"]],
  ["./c.mjs,./missing.mjs,rloo", ["./c.mjs", "./missing.mjs", "rloo"]],
  ["./a,missing.mjs", ["./a", "missing.mjs"]],
  ["", []],
])("the list %s", (text, specs) => expect(specsOf(text)).toEqual(specs));

test.each([
  ["rloo", {}, "rloo"],
  ["rloo", { samples: 8 }, "rloo-samples-8"],
  ["./mine.mjs", { scale: -1 }, "mine.mjs-scale--1"],
  ["../lib/mine.mjs", {}, "lib-mine.mjs"],
  ["../../mine.mjs", {}, "mine.mjs"],
  ["/home/me/mine.mjs", {}, "home-me-mine.mjs"],
  ["C:\\x\\mine.mjs", {}, "C-x-mine.mjs"],
])("the folder of %s %o", (id, options, name) => expect(estimatorFileName({ id, options })).toBe(name));
