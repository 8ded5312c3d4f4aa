// Pictures of all chapters.
//   node site/pictures.mjs           for the README: question, picture and sentence of each, into docs/figures/site
//   node site/pictures.mjs FOLDER    for looking at: whole figures, light, dark and on a phone
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { opened } from "./build/browser.mjs";

const root = join(import.meta.dirname, "..");
const chapters = readdirSync(join(root, "docs/explainer"))
  .filter((name) => name.endsWith(".md") && name !== "run.md")
  .map((name) => name.slice(0, -3));
const given = process.argv[2];
const folder = given ?? join(root, "docs/figures/site");
const wide = { width: 1280, height: 900 };
const looks = given
  ? [
      ["-light", { colorScheme: "light", viewport: wide }],
      ["-dark", { colorScheme: "dark", viewport: wide }],
      ["-phone", { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
    ]
  : [["", { colorScheme: "light", viewport: { width: 820, height: 900 } }]];
/** Ticks that a chapter has learned for before its picture is taken. */
const learned = { train: 100, forgetting: 60 };

const { browser, origin } = await opened();
mkdirSync(folder, { recursive: true });
for (const [look, options] of looks) {
  const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
  for (const name of ["index", ...chapters]) {
    const page = await context.newPage();
    const place = learned[name] ? `?${name}.ticks=${learned[name]}` : "";
    await page.goto(`${origin}/${name === "index" ? "" : `explainer/${name}.html`}${place}`);
    const lab = page.locator(".lab").first();
    await lab.scrollIntoViewIfNeeded();
    await page.waitForSelector(".lab.is-live .host svg", { state: "attached", timeout: 300_000 });
    if (!given)
      await page.addStyleTag({ content: ".lab .live > :not(.picture, .says), .VPNav, .VPLocalNav { display: none !important } .lab { margin: 0 !important; padding: 8px }" }); // biome-ignore format: one thought
    await lab.screenshot({ path: join(folder, `${name}${look}.png`), animations: "disabled" });
    await page.close();
  }
  await context.close();
}
await browser.close();
process.exit(0);
