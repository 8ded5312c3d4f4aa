import type { Settings } from "../experiment.ts";
import { classCount } from "./network.ts";

/** The digit of each class: its own number where there were labels, else what naming found. */
export function namesOf(settings: Settings, metrics: { readonly [tag: string]: number }): number[] {
  const classes = Array.from({ length: classCount(settings) }, (_, k) => k);
  if (settings.mode !== "unsupervised") return classes;
  const names = classes.map((k) => metrics[`class/${k}`]);
  if (names.some((name) => name === undefined))
    throw new RangeError(
      "the found classes have no names yet: they get them at the end of the first epoch; train on by `hardgrad train --resume`.",
    );
  return names as number[];
}
