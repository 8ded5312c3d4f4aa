import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser } from "playwright-core";
import { expect, test } from "vitest";
import { addressOf, listening, live, root, site, watched } from "./harness.ts";

const buffer = readFileSync(join(root, "site/public/generator/checkpoint.safetensors"));

/** Tests of files that are given to a figure, for the file that has the browser and has built the site. */
export function fileFieldTests(browser: () => Browser): void {
  test("a figure takes one generator; two, one of another kind and a damaged one get a sentence, and it goes on", async () => {
    const lab = await listening(labServer(site));
    const { page, context, faults } = await watched(browser(), addressOf(lab));
    await page.goto(`${addressOf(lab)}/explainer/digits.html`);
    await live(page, "digits");
    const drop = async (...names: string[]): Promise<void> => {
      const transfer = await page.evaluateHandle((all) => {
        const dropped = new DataTransfer();
        for (const name of all) dropped.items.add(new File(["x"], name));
        return dropped;
      }, names);
      await page.dispatchEvent("#digits .file-field", "drop", { dataTransfer: transfer });
    };
    const complaint = page.locator("#digits .file-field .complaint");
    const fault = page.locator("#digits .live > .fault");
    await drop("a.safetensors", "b.safetensors");
    expect(await complaint.textContent()).toBe("These are 2 files; give one that ends with .safetensors.");
    await drop("holiday.jpg");
    expect(await complaint.textContent()).toBe("holiday.jpg does not end with .safetensors.");
    await drop("bad.safetensors");
    await fault.waitFor();
    expect(await fault.textContent()).toContain("it is damaged; use another copy.");
    expect(await complaint.count()).toBe(0);
    const own = { name: "own.safetensors", mimeType: "", buffer };
    await page.locator("#digits-file").setInputFiles(own);
    await fault.waitFor({ state: "detached" });
    await page.locator("#digits .given").getByText("own.safetensors").waitFor();
    await page.locator("#digits .live .says").getByText("The 10 digits lean").waitFor();
    // The same name is a choice again.
    const chooser = page.waitForEvent("filechooser");
    await page.locator("#digits-file").click();
    await chooser;
    expect(await page.locator("#digits-file").inputValue()).toBe("");
    expect(await page.locator("#digits .given").textContent()).toContain("own.safetensors");
    expect(faults).toEqual([]);
    await context.close();
    lab.close();
  });
}
