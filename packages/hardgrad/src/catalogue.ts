import * as controlVariate from "./estimators/control-variate/index.ts";
import * as coupledSamples from "./estimators/coupled-samples/index.ts";
import * as exact from "./estimators/exact/index.ts";
import * as noise from "./estimators/noise/index.ts";
import * as perturbation from "./estimators/perturbation/index.ts";
import * as relaxation from "./estimators/relaxation/index.ts";
import * as scoreFunction from "./estimators/score-function/index.ts";
import * as straightThrough from "./estimators/straight-through/index.ts";
import type { Alias, Estimator } from "./types.ts";

/** One line of the catalogue. */
export interface CatalogueEntry {
  readonly id: string;
  /** Other names that it is known by. */
  readonly aliases: readonly Alias[];
  /** What the factory is called in code: the id `rao-blackwell` is `raoBlackwell`. */
  readonly name: string;
  /** The estimator with its default options, or with these. */
  readonly create: (options?: { readonly [name: string]: unknown }) => Estimator;
}

/** In the order in which to read about them. */
const families: readonly { readonly [name: string]: (given?: never) => Estimator }[] = [
  exact,
  scoreFunction,
  coupledSamples,
  controlVariate,
  straightThrough,
  relaxation,
  perturbation,
  noise,
];

/** What a family exports, by place, and then by name. */
function entriesOf(family: (typeof families)[number]): CatalogueEntry[] {
  return Object.entries(family)
    .map(([name, factory]) => {
      const create = factory as CatalogueEntry["create"];
      const { id, place = Number.POSITIVE_INFINITY, aliases = [] } = create();
      return { id, name, create, place, aliases };
    })
    .sort((a, b) => (a.place === b.place ? a.name.localeCompare(b.name) : a.place - b.place))
    .map(({ id, aliases, name, create }) => ({ id, aliases, name, create }));
}

/**
 * Every estimator, in the order in which to read about them. Tests, command line, documentation and lab come from it.
 *
 * @example
 * catalogue.map(({ id }) => id);
 */
export const catalogue: readonly CatalogueEntry[] = families.flatMap(entriesOf);

/**
 * The entry of an id, or of another name of it; else undefined.
 *
 * @example
 * const estimator = findEstimator("rloo").create({ samples: 8 });
 * findEstimator("indecater").id; // "local-expectation"
 */
export function findEstimator(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id || entry.aliases.some((alias) => alias.id === id));
}

const made: { readonly [kind: string]: string } = {
  bernoulli: "bernoulli(logits)",
  categorical: "categorical(logits)",
  subset: "subset(logits, 3)",
  "plackett-luce": "plackettLuce(logits, 3)",
  poisson: "poisson(logits)",
  binomial: "binomial(logits, 6)",
};

/**
 * A call of the estimator, in code, for the first kind of distribution that it supports.
 *
 * @example
 * exampleOf(findEstimator("reinmax")); // "through(bernoulli(logits), reinmax(), key)"
 */
export function exampleOf({ name, create }: CatalogueEntry): string {
  const estimator = create();
  const q = made[estimator.supports[0]!]!;
  if (estimator.path) return `through(${q}, ${name}(), key)`;
  if (estimator.statefulPath) return `statefulThrough(${q}, ${name}(), key, state)`;
  return estimator.stateful
    ? `statefulExpectation(${q}, f, ${name}(), key, state)`
    : `expectation(${q}, f, ${name}(), key)`;
}
