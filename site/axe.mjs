// Runs axe over every page of the built site, dark and light, and lists what is serious.   node site/axe.mjs [PAGE...]
// --telling: only those that have, together, every kind of element, as the test does.
import { findingsOf, lookingAt, pagesOf, telling } from "./build/axe.mjs";
import { folder, opened, processorTime } from "./build/browser.mjs";

const asked = process.argv.slice(2);
const { browser, origin } = await opened();
const page = await lookingAt(browser);
const devtools = await page.context().newCDPSession(page);
await devtools.send("Performance.enable");
let faulty = 0;
const all = asked[0] === "--telling" ? telling(folder) : asked.length > 0 ? asked : pagesOf(folder);
const before = await processorTime(devtools);
for (const path of all) {
  const found = await findingsOf(page, `${origin}/${path}`);
  if (found.length > 0) faulty++;
  for (const text of found) console.log(`${path}: ${text}\n`);
}
const { all: spent } = await processorTime(devtools);
await browser.close();
console.error(
  `${all.length} pages, ${faulty} with findings, ${((spent - before.all) / 1000).toFixed(1)} s of processor time`,
);
process.exit(faulty > 0 ? 1 : 0);
