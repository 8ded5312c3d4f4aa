import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser } from "playwright-core";
import { expect, test } from "vitest";
import { addressOf, listening, root, site, watched } from "./harness.ts";

/** A run that comes with the command line. */
const folder = join(root, "packages/cli/digits");

/** Tests of the page of a run, for the file that has the browser and has built the site. */
export function runPageTests(browser: () => Browser): void {
  test("shows the folder that the lab serves, what is chosen and what is dropped; a sentence for what can't be", async () => {
    const lab = await listening(labServer(site, folder));
    const { page, context, faults } = await watched(browser(), addressOf(lab));
    await page.goto(`${addressOf(lab)}/explainer/run.html?folder`);
    const curves = page.locator(".run-folder .curves svg");
    await curves.first().waitFor();
    expect(await page.locator(".run-folder .says").textContent()).toContain(
      "generator with straight-through",
    );
    const served = await curves.count();
    expect(served).toBeGreaterThan(2);

    const choose = page.locator(".run-folder input[type=file]").nth(1);
    const damaged = { name: "metrics.jsonl", mimeType: "", buffer: Buffer.from("oops\n\n") };
    await choose.setInputFiles([damaged, { ...damaged, name: "holiday.jpg" }]);
    await page.getByText("metrics.jsonl is damaged: no line of it is a row of a run.").waitFor();
    expect(await page.locator(".run-folder .fault").count()).toBe(2);
    expect(await curves.count()).toBe(0);

    const metrics = readFileSync(join(folder, "metrics.jsonl"), "utf8");
    const transfer = await page.evaluateHandle((text) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([text], "metrics.jsonl"));
      return dropped;
    }, metrics);
    await page.dispatchEvent(".run-folder .drop", "drop", { dataTransfer: transfer });
    await curves.first().waitFor();
    expect(await curves.count()).toBe(served);
    expect(await page.locator(".run-folder .fault").count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
    lab.close();
  });

  test("where no folder is served it says so", async () => {
    const bare = await listening(labServer(site));
    const { page, context } = await watched(browser(), addressOf(bare));
    await page.goto(`${addressOf(bare)}/explainer/run.html?folder`);
    await page.getByText("This site serves no run folder").waitFor();
    await context.close();
    bare.close();
  });
}
