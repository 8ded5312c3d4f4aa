import { catalogue } from "hardgrad";
import { describe, expect, test, vi } from "vitest";
import { nearest } from "../../src/ask/suggest.ts";
import { tableText } from "../../src/print/table.ts";
import { ask } from "../run.ts";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("tables fit the terminal", () => {
  test.each([40, 60, 80, 100, 120])("list in %i columns: every id in one piece", async (columns) => {
    vi.stubEnv("COLUMNS", String(columns));
    const { stdout } = await ask("list");
    vi.unstubAllEnvs();
    const table = stdout.split("\n").filter((line) => /^[┌│├└]/.test(line));
    expect(table.length).toBeGreaterThan(catalogue.length);
    expect(widest(table.join("\n"))).toBeLessThanOrEqual(columns);
    for (const { id } of catalogue) expect(stdout).toContain(` ${id} `);
    if (columns < 100) expect(stdout).toMatch(/no room here: .*supports/);
  });
  test("for other programs: one line for each entry, with all columns", async () => {
    vi.stubEnv("COLUMNS", "");
    const { stdout } = await ask("list");
    vi.unstubAllEnvs();
    expect(stdout.split("\n").filter((line) => /bernoulli|categorical|subset|plackett|poisson|binomial/.test(line)).length).toBe(catalogue.length); // biome-ignore format: one thought
  });
  test("cells wrap between words; in a very narrow one within them, nothing is lost", () => {
    const head = ["name", "about"];
    const rows = [["alpha", "several words that say what it is"]];
    const wrapped = tableText(head, rows, { width: 30 });
    expect(widest(wrapped)).toBeLessThanOrEqual(30);
    expect(wrapped).toContain("alpha");
    const tiny = tableText(["estimator", "value"], [["reinforce-minimum-variance", "97.32"]], { width: 24 });
    expect(widest(tiny)).toBeLessThanOrEqual(24);
    expect(tiny).not.toContain("…");
    expect(tableText(head, rows, { width: undefined })).toContain("several words that say what it is");
  });
});

test("what was most likely meant", () => {
  const names = ["wasm", "native", "webgpu"];
  expect(nearest("gpu", names)).toBe("webgpu");
  expect(nearest("wams", names)).toBe("wasm");
  expect(nearest("natvie", names)).toBe("native");
  expect(nearest("tpu", names)).toBeUndefined();
  expect(nearest("", names)).toBeUndefined();
  expect(nearest("vea", ["classifier", "vae"])).toBe("vae");
  expect(nearest("RLOO", ["rloo", "arm"])).toBe("rloo");
});
