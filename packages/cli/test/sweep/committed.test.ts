import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vae } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import { planOf } from "../../src/commands/sweep.ts";

const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const files = readdirSync(join(docs, "sweeps"));
const pages = readdirSync(docs)
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(join(docs, name), "utf8"))
  .join("\n");

describe("the sweep files of the tables", () => {
  test.each(files)("%s plans, and a page has its command", async (name) => {
    expect(name).toMatch(/\.json$/);
    const plan = await planOf(join(docs, "sweeps", name));
    expect(plan.title).toBeTruthy();
    expect(new Set(plan.runs.map((run) => run.key)).size).toBe(plan.runs.length);
    expect(pages.includes(`docs/sweeps/${name}`)).toBe(true);
  });

  test("estimators have the published settings of their size", async () => {
    const of = async (size: string) => {
      const { runs } = await planOf(join(docs, "sweeps", `vae-${size}.json`));
      return Object.fromEntries(
        runs.map(({ config: { estimator, settings } }) => [
          estimator.id,
          [settings.learningRate, settings.optimizer, estimator.options.temperature],
        ]),
      );
    };
    expect(await of("8x4")).toMatchObject({
      reinmax: [5e-4, "adam", 1.3],
      "gumbel-rao": [5e-4, "adam", 0.5],
      "straight-through-gumbel-softmax": [3e-4, "adam", 0.5],
      rloo: [5e-4, "adam", undefined],
    });
    expect(await of("64x8")).toMatchObject({
      reinmax: [5e-4, "radam", 1.5],
      "reinmax-rao": [7e-4, "radam", 1],
      "gumbel-rao": [7e-4, "adam", 2],
      "straight-through-sigmoid": [5e-4, "adam", undefined],
    });
    // Bernoulli variables and other sizes: as at 8 x 4.
    const binary = vae.recommended("reinmax", "mnist", {
      latents: "bernoulli",
      categories: 8,
      variables: 16,
    });
    expect(binary).toEqual(vae.recommended("reinmax"));
  });
});
