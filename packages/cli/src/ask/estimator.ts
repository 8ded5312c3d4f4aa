import { type EstimatorSpec, makeEstimator } from "@hardgrad/experiments";
import { type CatalogueEntry, catalogue, type Estimator, findEstimator } from "hardgrad";
import { UsageError } from "./errors.ts";
import { optionValue } from "./flags.ts";
import { isModuleFile } from "./module-file.ts";
import { moduleKind } from "./own.ts";
import { splitSpec } from "./spec-text.ts";
import { nearest, unknownName } from "./suggest.ts";

/** The estimator of an id, with its defaults; a UsageError with a suggestion if there is none. */
export function estimatorOf(id: string): Estimator {
  return entryOf(id).create();
}

/** The catalogue's entry of an id, likewise. */
export function entryOf(id: string): CatalogueEntry {
  const entry = findEstimator(id);
  if (entry) return entry;
  if (moduleKind(id) === "estimator")
    return {
      id,
      name: "mine",
      aliases: [],
      create: (options) => makeEstimator({ id, options: (options ?? {}) as EstimatorSpec["options"] }),
    };
  if (isModuleFile(id))
    throw new UsageError(
      `${id}: its default export must be a function that makes an estimator, such as defineEstimator({...}) returns.`,
    );
  if (/[/\\]/.test(id))
    throw new UsageError(`there is no estimator ${id}; the name of a module ends in .js, .mjs, .ts or .mts.`);
  const known = catalogue.flatMap((e) => [e.id, ...e.aliases.map((alias) => alias.id)]);
  throw unknownName("estimator", id, known);
}

/**
 * Reads `id` or `id:option=value:option=value` and checks it against the estimator's options table. Another name of an
 * estimator becomes its id.
 *
 * @example
 * parseEstimator("rloo:samples=4"); // { id: "rloo", options: { samples: 4 } }
 */
export function parseEstimator(text: string): EstimatorSpec {
  const { id: named, options: parts } = splitSpec(text);
  const { id, create } = entryOf(named);
  const { options: table } = create();
  const options: { [name: string]: number | string | boolean } = {};
  for (const part of parts) {
    const [name = "", value, ...more] = part.split("=");
    if (value === undefined || more.length > 0)
      throw new UsageError(
        `estimator ${JSON.stringify(text)}: ${JSON.stringify(part)} must be option=value, for example ${exampleOf(id)}.`,
      );
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!spec) {
      const known = Object.keys(table);
      const guess = nearest(name, known);
      const way = guess
        ? `did you mean ${guess}?`
        : known.length > 0
          ? `known: ${known.join(", ")}.`
          : "it takes none.";
      throw new UsageError(`estimator ${id} has no option ${JSON.stringify(name)}; ${way}`);
    }
    if (Object.hasOwn(options, name))
      throw new UsageError(`estimator ${JSON.stringify(text)}: ${name} is given twice; give it once.`);
    options[name] = optionValue(`estimator ${id}: option ${name}`, spec, value);
  }
  try {
    makeEstimator({ id, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return { id, options };
}

function exampleOf(id: string): string {
  const [name, spec] = Object.entries(estimatorOf(id).options)[0] ?? [];
  return name && spec ? `${id}:${name}=${spec.default}` : id;
}

/** A spec as a part of a file's name: `rloo-samples-8`, and `lib-mine.mjs` for `../lib/mine.mjs`. */
export function estimatorFileName(spec: EstimatorSpec): string {
  return formatEstimator(spec)
    .replace(/^(\.*[/\\])+/, "")
    .replace(/[:=/\\]+/g, "-");
}

/** The text of a spec: what `parseEstimator` reads. */
export function formatEstimator(spec: EstimatorSpec): string {
  return [spec.id, ...Object.entries(spec.options).map(([name, value]) => `${name}=${value}`)].join(":");
}

/** The same with every option, given or not: equal texts are equal estimators. */
export function wholeEstimator(spec: EstimatorSpec): string {
  const options = makeEstimator(spec).settings as EstimatorSpec["options"];
  return formatEstimator({ id: spec.id, options });
}
