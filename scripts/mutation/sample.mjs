// Which mutants a seed means. Their order is that of a hash of the seed and what is changed, so that the sample stays the
// same, but for the mutants of what is edited, when sources change elsewhere.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mutantsOf } from "./operators.mjs";

const sha = (text) => createHash("sha256").update(text).digest("hex");
const short = (text) => sha(text).slice(0, 12);

/** All mutants of the files. Equal mutants in files that are equal have equal keys, whatever else changed. */
export function mutantsIn(root, files) {
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    const lines = source.split("\n");
    const alike = new Map();
    return mutantsOf(file, source).map((m) => {
      const original = source.slice(m.start, m.end);
      const code = lines[m.line - 1].trim();
      const what = JSON.stringify([file, code, original, m.replacement]);
      const nth = alike.get(what) ?? 0;
      alike.set(what, nth + 1);
      const key = `${file}:${short(source)}:${m.start}-${m.end}:${short(m.replacement)}`;
      return { key, file, ...m, original, code, name: `${what} ${nth}` };
    });
  });
}

/** `count` of the mutants, in an order of the seed's own. */
export function chosenOf(mutants, seed, count) {
  const ranked = mutants.map((m) => ({ m, rank: sha(`${seed} ${m.name}`) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return ranked.slice(0, count).map(({ m: { name: _, ...m } }) => m);
}
