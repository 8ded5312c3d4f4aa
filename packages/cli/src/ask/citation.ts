import {
  catalogue,
  codePapers,
  findEstimator,
  gatePapers,
  learnedRoundings,
  pseudoDerivatives,
  type Reference,
  type ReferenceKey,
  referenceOf,
  units,
} from "hardgrad";
import { UsageError } from "./errors.ts";
import { unknownName } from "./suggest.ts";

/** What can be cited besides estimators: units and pseudo-derivatives by id, functions on gates and codes by name. */
const others: { readonly [name: string]: { readonly reference?: ReferenceKey | Reference } } = {
  ...Object.fromEntries(
    [...units, ...learnedRoundings, ...pseudoDerivatives].map(({ id, create }) => [id, create()]),
  ),
  ...Object.fromEntries(
    Object.entries({ ...gatePapers, ...codePapers }).map(([name, reference]) => [name, { reference }]),
  ),
};

/** The paper of an estimator, a unit, a gate or a quantizer; a UsageError if there is nothing of that name, or no paper. */
export function citationOf(name: string): Reference {
  const estimator = findEstimator(name)?.create();
  const alias = estimator?.aliases?.find(({ id }) => id === name);
  const named = alias ?? estimator ?? (Object.hasOwn(others, name) ? others[name] : undefined);
  if (!named) throw unknownName("name", name, [...catalogue.map(({ id }) => id), ...Object.keys(others)]);
  const reference = referenceOf(named);
  if (!reference) throw new UsageError(`${name} names no paper: it is older than papers on it.`);
  return reference;
}
