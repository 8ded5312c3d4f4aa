import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../", import.meta.url));

function told(args: readonly string[]) {
  const { HARDGRAD_DATA: _, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder, env });
  return { status, lines: stderr.trimEnd().split("\n") };
}

test("what the reader of a script can mend is one sentence: a flag, a file", () => {
  const flag = told(["fidelity.mjs", "--nonsense"]);
  expect(flag.status).toBe(2);
  expect(flag.lines).toEqual([expect.stringMatching(/^Unknown option '--nonsense'/)]);
  const none = told(["vae.mjs"]);
  expect(none.status).toBe(2);
  expect(none.lines).toEqual([expect.stringMatching(/^vae\.mjs needs the folder of a comparison: .*\.$/)]);
  const file = told(["vae.mjs", "/no/such/folder"]);
  expect(file.status).toBe(1);
  expect(file.lines).toEqual([expect.stringMatching(/^ENOENT: .*'\/no\/such\/folder\/results\.json'$/)]);
});

test("a fault of ours keeps its stack", () => {
  const code = `await import("./sentence.mjs"); null.x;`;
  const { status, lines } = told(["--input-type=module", "--eval", code]);
  expect(status).toBe(1);
  expect(lines[0]).toMatch(/^TypeError: /);
  expect(lines.length).toBeGreaterThan(1);
});

test("every script with flags tells so", () => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const textOf = (name: string): string => readFileSync(`${folder}${name}`, "utf8");
  const withFlags = scripts.filter((name) => textOf(name).includes("parseArgs("));
  expect(withFlags.length).toBeGreaterThan(15);
  expect(withFlags.filter((name) => !textOf(name).includes('"./sentence.mjs"'))).toEqual([]);
});
