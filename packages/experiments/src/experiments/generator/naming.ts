import { partOf } from "../../contract/dataset.ts";
import type { EvaluationContext } from "../../contract/experiment.ts";
import type { GeneratorSettings } from "./options.ts";

/** Labelled examples that a found class is named by. */
const EXAMPLES = 10;
/** Training images that are looked through for them. */
const LOOKED_AT = 5000;

/**
 * A digit for each found class: that of most of its first ten training images; -1 if it has none. These are the only
 * labels that unsupervised mode uses, after training.
 */
export async function nameClasses(context: EvaluationContext<GeneratorSettings>): Promise<number[]> {
  const { train, classes: names } = context.dataset;
  const first = partOf(train, 0, Math.min(LOOKED_AT, train.count));
  const { classes } = await context.over("classes", first);
  return Array.from({ length: context.settings.classes }, (_, k) => {
    const votes = new Array<number>(names.length).fill(0);
    let seen = 0;
    for (let n = 0; n < first.count && seen < EXAMPLES; n++) {
      if (classes![n] !== k) continue;
      votes[train.labels[n]!]!++;
      seen++;
    }
    return seen === 0 ? -1 : votes.indexOf(Math.max(...votes));
  });
}

/** The metrics that hold the names: `class/0`, `class/1`, ... */
export const tagOf = (k: number): string => `class/${k}`;

/** The digit of each class: its own number where there were labels, else what naming found. */
export function namesOf(settings: GeneratorSettings, metrics: { readonly [tag: string]: number }): number[] {
  const classes = Array.from({ length: settings.classes }, (_, k) => k);
  if (settings.mode !== "unsupervised") return classes;
  const names = classes.map((k) => metrics[tagOf(k)]);
  if (names.some((name) => name === undefined))
    throw new RangeError(
      "the classes that the network found have no names yet; they are named at the end of the first epoch, so continue with `hardgrad train --resume`.",
    );
  return names as number[];
}
