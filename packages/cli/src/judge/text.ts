import type { Rate, Verdict } from "@hardgrad/experiments";
import { percent } from "../print/console.ts";
import { tableText } from "../print/table.ts";
import type { Judge } from "./file.ts";

/** At least this good is a judge of digits; on Fashion-MNIST no small network is. */
export const GOOD_JUDGE = 0.99;

/** The judge in a sentence. */
export function judgeSentence({ accuracy, sha256 }: Judge, test: number): string {
  const weak =
    accuracy < GOOD_JUDGE
      ? "; below 99 %: what it does not recognise is in part its own error, compare with that"
      : "";
  return `judge: ${percent(accuracy)} on ${test} real test images, SHA-256 of its weights ${sha256}${weak}`;
}

const interval = ({ low, high }: Rate): string => `${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)}`;
const fixed = (value: number | null, digits = 2): string => (value === null ? "—" : value.toFixed(digits));

/** A row for each digit: recognised, variance, and what its pictures were read as. */
export function verdictTable(verdict: Verdict, names: readonly string[]): string {
  const head = ["asked for", "recognised", "95 %", "variance", ...names.map((name) => `as ${name}`)];
  const rows = verdict.digits.map(({ digit, recognised, varianceRatio, readAs }) => [
    names[digit]!,
    percent(recognised.rate),
    interval(recognised),
    fixed(varianceRatio),
    ...readAs.map(String),
  ]);
  const { recognised, varianceRatio } = verdict;
  const all = ["all", percent(recognised.rate), interval(recognised), fixed(varianceRatio)];
  return tableText(head, [...rows, [...all, ...names.map(() => "")]], { left: [0] });
}

/** What the table does not hold, a line each. */
export function verdictLines(verdict: Verdict, judge: Judge, computer: string): string[] {
  const { ganTrain, nearest, msPerPicture, msPerRequest } = verdict;
  return [
    ...(ganTrain === null
      ? []
      : [
          `GAN-train: a classifier that learned from drawn pictures alone reads ${percent(ganTrain)} of the real test images (from the real training images: ${percent(judge.plainAccuracy)})`,
        ]),
    `nearest training image: drawn ${fixed(nearest.drawn)}, real test images ${fixed(nearest.real)} (median distances); drawn to training over drawn to test images ${fixed(nearest.trainOverTest, 3)} (1: no nearer to what it learned from)`,
    `time: ${fixed(msPerPicture, 2)} ms per picture in blocks of 64, ${fixed(msPerRequest, 1)} ms for one by itself, on ${computer}`,
  ];
}
