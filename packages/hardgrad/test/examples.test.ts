import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../examples");
const readme = readFileSync(join(folder, "../README.md"), "utf8");

describe("examples run as written", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")))
    test(file, () => {
      expect(
        existsSync(join(folder, "../packages/hardgrad/dist/index.js")),
        "run `npm run build` first",
      ).toBe(true);
      const source = readFileSync(join(folder, file), "utf8");
      expect(source.split("\n").length, "an example has 40 lines or less").toBeLessThanOrEqual(41);
      const output = execFileSync(process.execPath, [join(folder, file)], {
        encoding: "utf8",
        timeout: 280_000,
      });
      expect(output.length).toBeGreaterThan(0);
      expect(output).not.toMatch(/NaN|undefined/);
      expect(readme, "the README links every example").toContain(`examples/${file}`);
    });
});
