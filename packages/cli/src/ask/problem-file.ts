import type { nn, numpy as np } from "@jax-js/jax";
import { z } from "zod";
import { nearest } from "./suggest.ts";

export const kinds = ["bernoulli", "categorical", "subset", "plackett-luce", "poisson", "binomial"] as const;

/** What is wrong with logits, or undefined: a list of numbers, or a list of such lists of one length. */
function wrongLogits(value: unknown, inner = false): string | undefined {
  if (!Array.isArray(value) || value.length === 0)
    return `must be a list of numbers${inner ? "" : ", or of lists of numbers"}, not ${Array.isArray(value) ? "an empty list" : shown(value)}`;
  for (const [i, entry] of value.entries()) {
    if (Array.isArray(entry)) {
      if (inner) return "must be a list of numbers, not a list of lists";
      const wrong = Array.isArray(value[0]) ? wrongLogits(entry, true) : "is a list among numbers";
      if (wrong) return `entry ${i}: ${wrong}`;
    } else if (Array.isArray(value[0])) return `entry ${i} is ${shown(entry)} among lists`;
    else if (typeof entry !== "number" || !Number.isFinite(Math.fround(entry)))
      return `entry ${i} is ${shown(entry)}, but must be a finite number`;
  }
  return undefined;
}

function shown(value: unknown): string {
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "missing" : String(value);
}

const whole = z.custom<number>(Number.isInteger, "must be a whole number");

const schema = z.looseObject({
  distribution: z.enum(kinds, `must be one of ${kinds.join(", ")}`),
  logits: z.any().superRefine((value, context) => {
    const wrong = wrongLogits(value);
    if (wrong) context.addIssue({ code: "custom", message: wrong });
  }),
  objective: z.any().superRefine((value, context) => {
    if (typeof value !== "function")
      context.addIssue({
        code: "custom",
        message: "must be a function (sample, { np, nn }) => losses",
      });
    else if (value.constructor.name === "AsyncFunction")
      context.addIssue({
        code: "custom",
        message: "must not be async: it is compiled, and returns an array, not a promise",
      });
  }),
  title: z.string("must be a text").optional(),
  k: whole.optional(),
  trials: whole.optional(),
  maxCount: whole.optional(),
});

/** What is wrong with the default export of a problem file, or undefined. */
export function wrongContents(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return `the default export must be an object, but is ${value === undefined ? "missing" : `a ${Array.isArray(value) ? "list" : typeof value}`}`;
  const known = Object.keys(schema.shape);
  const extra = Object.keys(value).find((key) => !known.includes(key));
  if (extra !== undefined) {
    const guess = nearest(extra, known);
    return `there is no field ${JSON.stringify(extra)}; ${guess ? `did you mean ${guess}?` : `known: ${known.join(", ")}`}`;
  }
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue && `${issue.path.join(".")}: ${issue.message}`;
}

/** The default export of a problem file. */
export interface Contents {
  readonly distribution: (typeof kinds)[number];
  readonly logits: number[] | number[][];
  readonly objective: (sample: np.Array, tools: { np: typeof np; nn: typeof nn }) => np.Array;
  readonly title?: string;
  readonly k?: number;
  readonly trials?: number;
  readonly maxCount?: number;
}
