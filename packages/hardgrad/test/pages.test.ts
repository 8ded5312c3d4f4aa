import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { catalogue } from "../src/index.ts";

/** Bounds and defaults of options stand in two places, the code and the page that is made of it. */
const folder = fileURLToPath(new URL("../../../docs/estimators/", import.meta.url));
const row = /^\| (\w+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/;

test("the options of every estimator are those of its page", () => {
  const pages = readdirSync(folder).map((file) => file.replace(".md", ""));
  expect([...pages].sort()).toEqual(catalogue.map(({ id }) => id).sort());
  for (const { id, create } of catalogue) {
    const page = readFileSync(`${folder}${id}.md`, "utf8");
    const lines = page.slice(page.indexOf("## Options")).split("\n## ")[0]!.split("\n");
    const rows = page.includes("## Options")
      ? lines.flatMap((line) => row.exec(line)?.slice(1, 4) ?? [])
      : [];
    const expected = Object.entries(create().options).flatMap(([name, o]) => {
      if (o.type === "boolean") return [name, String(o.default), "true or false"];
      if (o.type === "choice") return [name, o.default, o.choices.join(", ")];
      const range = `${o.integer ? "whole, " : ""}${o.min} to ${o.max}${o.schedulable ? ", or a scalar array" : ""}`;
      return [name, String(Number(o.default.toPrecision(6))), range];
    });
    expect(
      rows.filter((_, i) => !(rows[i - (i % 3)] === "option")),
      id,
    ).toEqual(expected);
  }
});
