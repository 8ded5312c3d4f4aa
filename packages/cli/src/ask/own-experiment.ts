import {
  DeviceLost,
  type Experiment,
  type SettingSpec,
  type StepExperiment,
  takes,
} from "@hardgrad/experiments";
import { z } from "zod";
import { Failure } from "./errors.ts";
import { inFile, type ModuleFile } from "./module-file.ts";
import { nearest } from "./suggest.ts";

const text = z.string("must be a text");
const metric = z.object(
  { tag: text, title: text, unit: z.enum(["percent", "nats", "none"]), better: z.enum(["higher", "lower"]), note: text }, // biome-ignore format: one thought
  "must be { tag, title, unit, better, note }",
);
const number = z.number("must be a number");
const spec = z.discriminatedUnion("type", [
  z.object({ type: z.literal("number"), min: number, max: number, integer: z.boolean().optional(), help: text }),
  z.object({ type: z.literal("choice"), choices: z.array(text).min(1), help: text }),
  z.object({ type: z.literal("boolean"), help: text }),
  z.object({ type: z.literal("sizes"), most: number, max: number, help: text }),
], "must be { type, default, help, ... } of type number, choice, boolean or sizes"); // biome-ignore format: a table
const described = z.object({
  title: text,
  about: text,
  options: z.record(z.string(), spec),
  compared: z.array(text, "must be a list of estimators"),
  headline: metric,
  metrics: z.array(metric, "must be a list"),
});

const common = ["recommended", "check", "card"];
const ofSteps = ["init", "estimatorState", "losses", "optimizer", "schedules", "estimated", "evaluate", "pictures"]; // biome-ignore format: one thought

type Members = { readonly [name: string]: unknown };

/** What is wrong with a module's experiment as it stands, or undefined. */
export function wrongExperiment(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `is a ${value === null ? "null" : typeof value}`;
  const given: Members = { ...value };
  const course = typeof given.course === "function";
  const absent = (name: string): boolean => given[name] === undefined;
  const missing = Object.keys(described.shape).find(absent) ?? [...common, ...(course ? [] : [...ofSteps, "evaluations"])].find(absent); // biome-ignore format: one thought
  if (missing !== undefined) return `${missing} is missing`;
  const noFunction = [...common, ...(course ? [] : ofSteps)].find(
    (name) => typeof given[name] !== "function",
  );
  if (noFunction !== undefined) return `${noFunction} must be a function`;
  const [issue] = described.safeParse(given).error?.issues ?? [];
  if (issue) return `${issue.path.join(".")}: ${issue.message}`;
  const options = given.options as Experiment["options"];
  for (const name of course ? ["epochs"] : ["epochs", "batch"])
    if (options[name]?.type !== "number" || !options[name].integer)
      return `options has no ${name}, a whole number, which the engine reads`;
  const wrong = Object.entries(options).find(([, one]) => !fits(one));
  return wrong && `options.${wrong[0]}: the default must be a value that the option takes, not ${JSON.stringify(wrong[1].default) ?? "missing"}`; // biome-ignore format: one thought
}

function fits(one: SettingSpec): boolean {
  const { default: value } = one;
  return typeof value === "object" && value !== null ? typeof value.of === "function" : takes(one, value);
}

const isObject = (x: unknown): x is Members => typeof x === "object" && x !== null;
const areArrays = (x: unknown): boolean =>
  isObject(x) && Object.values(x).every((one) => isObject(one) && Array.isArray(one.shape));

/** What a member must return, for those of which a wrong result would be found late, far away or never. */
const results: {
  readonly [member: string]: (result: unknown, experiment: Experiment, args: readonly unknown[]) => string | undefined;
} = {
  recommended: (r, { options }) => {
    if (!isObject(r) || !isObject(r.settings) || !isObject(r.options)) return "must return { settings, options }";
    const strange = Object.keys(r.settings).find((name) => !Object.hasOwn(options, name));
    return strange && `returns a setting ${strange}, which options has not`;
  },
  estimated: (r) => (isObject(r) && Array.isArray(r.parameters) ? undefined : "must return { parameters }, a list of names"),
  optimizer: (r) => (isObject(r) && typeof r.init === "function" && typeof r.update === "function" ? undefined : "must return an optimizer, such as adam()"),
  init: (r, experiment, args) => {
    if (!areArrays(r)) return "must return arrays by name";
    const { parameters } = (experiment as StepExperiment).estimated(args[1] as never);
    const strange = parameters.find((name) => !Object.hasOwn(r as Members, name));
    return strange === undefined ? undefined : `returns no ${strange}, which estimated names; it returns ${Object.keys(r as Members).join(", ")}`;
  },
  estimatorState: (r) => (areArrays(r) ? undefined : "must return arrays by name, as estimator.init does"),
  losses: (r, _, args) => {
    const [, inputs] = args as [unknown, { images: { shape: number[] } }];
    if (!isObject(r) || !isObject(r.losses) || !areArrays(r.state)) return "must return { losses, state }, as statefulExpectation does";
    const shape = r.losses.shape as number[];
    const [batch] = inputs.images.shape;
    return shape.length === 1 && shape[0] === batch ? undefined : `must return one loss per example, shape [${batch}], not [${shape}]`;
  },
  schedules: (r) => {
    if (!isObject(r) || r.learningRate === undefined) return "must return { learningRate, ... }";
    const bad = Object.entries(r).find(([, value]) => !Number.isFinite(value));
    return bad && `must return finite numbers, but ${bad[0]} is ${bad[1]}`;
  },
  evaluate: (r, { headline }, args) => {
    if (!isObject(r)) return "must return numbers by tag";
    const bad = Object.entries(r).find(([, value]) => typeof value !== "number");
    if (bad) return `must return numbers by tag, but ${bad[0]} is ${JSON.stringify(bad[1]) ?? bad[1]}`;
    const late = headline.atEnd === true && (args[0] as { ended: boolean }).ended === false;
    return late || Object.hasOwn(r, headline.tag) ? undefined : `returns no ${headline.tag}, which is the headline; it returns ${Object.keys(r).join(", ") || "nothing"}`;
  },
  pictures: (r) => (Array.isArray(r) && r.every((p) => isObject(p) && typeof p.name === "string" && isObject(p.shape) && Array.isArray(p.tiles)) ? undefined : "must return a list of { name, title, columns, shape, tiles }"),
  card: (r) => (isObject(r) && typeof r.description === "string" && Array.isArray(r.tags) ? undefined : "must return { description, use, task, tags }"),
}; // biome-ignore format: a table

/**
 * An experiment of the user's as the engine is given it: called as its file is; what its members throw, and what they
 * return that can't be right, is said with file and line; so is a setting that it asks for and does not have.
 */
export function guardedExperiment(name: string, { path, value }: ModuleFile): Experiment {
  const own = { ...(value as Experiment), name };
  const known = Object.keys(own.options);
  const isSettings = (x: unknown): x is object =>
    isObject(x) && known.every((key) => Object.hasOwn(x, key) && typeof x[key] !== "object");
  const strict = (settings: object): object =>
    new Proxy(settings, {
      get(target, key) {
        if (typeof key === "string" && !(key in target) && !["toJSON", "then"].includes(key)) {
          const guess = nearest(key, known);
          throw new RangeError(`there is no setting ${key}; ${guess ? `did you mean ${guess}?` : `known: ${known.join(", ")}.`}`); // biome-ignore format: one thought
        }
        return Reflect.get(target, key);
      },
    });
  const shown = (x: unknown): unknown =>
    isSettings(x) ? strict(x) : isObject(x) && isSettings(x.settings) ? { ...x, settings: strict(x.settings) } : x; // biome-ignore format: one thought
  const guarded = (member: string, call: (...args: unknown[]) => unknown) => {
    const fail = (error: unknown): never => {
      if (error instanceof DeviceLost || error instanceof Failure) throw error;
      if (error instanceof RangeError && /^check/.test(member)) throw error; // the experiment's own refusals
      throw inFile(name, path, error, `${member} failed`);
    };
    return (...args: unknown[]): unknown => {
      const checked = (result: unknown): unknown => {
        const wrong = results[member]?.(result, own, args);
        if (wrong !== undefined) throw new Failure(`${name}: ${member} ${wrong.replace(/\.$/, "")}.`);
        return result;
      };
      try {
        const result = call.apply(own, args.map(shown));
        return result instanceof Promise ? result.then(checked).catch(fail) : checked(result);
      } catch (error) {
        return fail(error);
      }
    };
  };
  const guardedAll = (members: object, before: string): object =>
    Object.fromEntries(
      Object.entries(members).map(([key, member]) => [
        key,
        typeof member === "function" ? guarded(before + key, member) : member,
      ]),
    );
  const { evaluations = {} } = own as { evaluations?: object };
  return { ...guardedAll(own, ""), evaluations: guardedAll(evaluations, "evaluations.") } as never;
}
