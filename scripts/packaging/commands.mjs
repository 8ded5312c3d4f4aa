// The commands and examples of a README.
import { join } from "node:path";

/** Commands to run: code of its own and in sentences. */
export function commandsOf(markdown) {
  const fenced = [...markdown.matchAll(/```\w*\n([\s\S]*?)```/g)].flatMap(([, block]) => block.split("\n"));
  const inline = [...markdown.matchAll(/`((?:npx|node) [^`\n]+)`/g)].map(([, code]) => code);
  return [...fenced, ...inline]
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => /^(npx hardgrad|node examples\/)/.test(line) && !/[A-Z]{2,} [A-Z]{2,}/.test(line));
}

/** Programs in JavaScript. */
export const scriptsOf = (markdown) =>
  [...markdown.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

/** The same command, as `hardgrad` in the PATH, with little data and one epoch where it trains; `lab` ends by itself. */
export function shortened(command) {
  if (/^npx hardgrad lab$/.test(command)) return `node "${join(import.meta.dirname, "lab.mjs")}"`;
  const line = command.replace(/^npx /, "").replace(/--data \S*mnist/, "--data drawn");
  if (!/^hardgrad (train|compare) /.test(line)) return line;
  const few = "--epochs 1 --train-size 200 --test-size 50 --quiet";
  return `${line.replace(/--seeds \d+/, "--seeds 1")} ${few}`;
}
