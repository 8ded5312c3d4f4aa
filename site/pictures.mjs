// Pictures of all chapters, light, dark and on a phone, for the README and for looking at.
//   node site/pictures.mjs [FOLDER]      (default: docs/figures/site)
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import { chromium } from "playwright-core";
import { findChromium } from "../scripts/chromium.mjs";

const root = join(import.meta.dirname, "..");
const folder = process.argv[2] ?? join(root, "docs/figures/site");
const chapters = readdirSync(join(root, "docs/explainer"))
  .filter((name) => name.endsWith(".md") && name !== "run.md")
  .map((name) => name.slice(0, -3));
const looks = [
  ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
  ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
];

const server = labServer(join(root, "packages/cli/site"));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ["--no-sandbox", "--disable-gpu"],
});
mkdirSync(folder, { recursive: true });
for (const [look, options] of looks) {
  const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
  for (const name of ["index", ...chapters]) {
    const page = await context.newPage();
    await page.goto(
      `http://127.0.0.1:${server.address().port}/${name === "index" ? "" : `explainer/${name}.html`}`,
    );
    await page.locator(".lab").first().scrollIntoViewIfNeeded();
    await page.waitForSelector(".lab.is-live .host svg", { state: "attached", timeout: 60_000 });
    await page
      .locator(".lab")
      .first()
      .screenshot({ path: join(folder, `${name}-${look}.png`), animations: "disabled" });
    await page.close();
  }
  await context.close();
}
await browser.close();
server.close();
process.exit(0);
