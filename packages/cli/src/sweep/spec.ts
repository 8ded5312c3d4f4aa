import { existsSync, readFileSync } from "node:fs";
import { deviceNames } from "@hardgrad/experiments";
import { z } from "zod";
import { Failure, reasonOf, UsageError } from "../ask/errors.ts";
import { isModuleFile, loadModule } from "../ask/module-file.ts";
import { nearest } from "../ask/suggest.ts";
import { type Axis, axes } from "./curves.ts";

type Value = number | string | boolean;

/** What a report shows besides the headline: which metrics, and over what its curves are drawn. */
export interface Reported {
  readonly metrics?: readonly string[];
  readonly by?: readonly Axis[];
}

/** What a sweep file says. */
export interface Spec {
  readonly experiment: string;
  readonly title?: string;
  readonly estimators?: readonly string[];
  readonly seeds?: number | readonly number[] | { readonly first: number; readonly count: number };
  /** The same for all runs. */
  readonly flags?: { readonly [flag: string]: Value };
  /** Every combination of these. */
  readonly grid?: { readonly [flag: string]: readonly Value[] };
  /** Each of these, with every point of the grid. */
  readonly list?: readonly { readonly [flag: string]: Value }[];
  readonly device?: string;
  readonly threads?: number;
  readonly checkpointEvery?: number;
  readonly report?: Reported;
}

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.number(rule).refine((n) => Number.isInteger(n) && n >= min && n <= max, rule);
};
const value = z.union([z.number(), z.string(), z.boolean()], "must be a number, a text, true or false");
const flags = z.record(z.string(), value, "must be an object of flags and their values");
const notEmpty = "is empty; give it a value, or leave it out";

const schema = z.strictObject(
  {
    experiment: z.string("must be the name of an experiment, or a module file").min(1, notEmpty),
    title: z.string("must be a text").exactOptional(),
    estimators: z
      .array(z.string('must be an estimator, such as "rloo:samples=8"'), "must be a list of estimators")
      .min(1, notEmpty)
      .exactOptional(),
    seeds: z
      .union(
        [
          whole(1, 1000),
          z.array(whole(0, 2 ** 32 - 1)).min(1),
          z.strictObject({ first: whole(0, 2 ** 32 - 1), count: whole(1, 1000) }),
        ],
        'must be how many (1 to 1000), a list such as [0, 5], or { "first": 0, "count": 3 }',
      )
      .exactOptional(),
    flags: flags.exactOptional(),
    grid: z
      .record(
        z.string(),
        z.array(value, "must be a list of values").min(1, notEmpty),
        "must be an object of lists",
      )
      .refine((grid) => Object.keys(grid).length > 0, notEmpty)
      .exactOptional(),
    list: z.array(flags, "must be a list of objects of flags").min(1, notEmpty).exactOptional(),
    device: z
      .enum(deviceNames as [string, ...string[]], `must be one of ${deviceNames.join(", ")}`)
      .exactOptional(),
    threads: whole(1, 64).exactOptional(),
    checkpointEvery: whole(1, 1e9).exactOptional(),
    report: z
      .strictObject(
        {
          metrics: z
            .array(z.string("must be a tag"), 'must be a list of tags, such as ["accuracy/test"]')
            .min(1, notEmpty)
            .exactOptional(),
          by: z
            .array(z.enum(axes, "must be epoch, step, seconds or evaluations"), "must be a list")
            .min(1, notEmpty)
            .exactOptional(),
        },
        "must be an object with metrics, by or both",
      )
      .exactOptional(),
  },
  "must be an object",
);

/**
 * Reads a sweep file: JSON, or a module whose default export is the same object.
 *
 * @throws Failure if it can't be read; UsageError with the place in it if it says something else than a sweep.
 */
export async function readSpec(file: string): Promise<Spec> {
  return checkedSpec(file, isModuleFile(file) ? (await loadModule(file)).value : readJson(file));
}

function readJson(file: string): unknown {
  if (!existsSync(file))
    throw new Failure(`${file}: there is no such file; give a sweep file, such as sweep.json.`);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${reasonOf(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${file}${lineOf(text, error as Error)}: is not JSON: ${(error as Error).message.split("\n")[0]}.`,
    );
  }
}

/** `:3`, where the message of JSON.parse has the position. */
function lineOf(text: string, { message }: Error): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? "" : `:${text.slice(0, Number(position)).split("\n").length}`;
}

/** The same value, if it is a sweep. */
export function checkedSpec(file: string, value: unknown): Spec {
  const { data, error } = schema.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  const place = jsonPlace(issue!.path);
  const at = place ? `${place}: ` : "";
  if (issue!.code === "unrecognized_keys") {
    const [key] = issue!.keys as [string];
    const known = Object.keys(place === "report" ? { metrics: 0, by: 0 } : schema.shape);
    const guess = nearest(key, known);
    throw new UsageError(
      `${file}: ${at}there is no key ${JSON.stringify(key)}; ${guess ? `did you mean ${guess}?` : `known: ${known.join(", ")}.`}`,
    );
  }
  throw new UsageError(`${file}: ${place ? `${place} ` : ""}${issue!.message}.`);
}

/** `grid.hidden[1]`. */
export function jsonPlace(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`))
    .join("");
}
