import type { NamedArrays } from "hardgrad";
import { map } from "../../nn/named-arrays.ts";
import type { GatedSettings } from "./options.ts";

/** Moving averages of the weights: `average.experts` beside `experts`. What is used of a network is its averages. */

const PREFIX = "average.";
/** Set by measurement, not trained. */
const measured = ["threshold", "routerBias"];

/** The parameters with averages that begin at their values. Consumes them. */
export function withAverages(params: NamedArrays, { averaging }: GatedSettings): NamedArrays {
  if (averaging === 0) return params;
  const averages = Object.entries(params)
    .filter(([name]) => !measured.includes(name))
    .map(([name, x]) => [PREFIX + name, x.ref] as const);
  return { ...params, ...Object.fromEntries(averages) };
}

/** The averages after a step: `decay average + (1 - decay) weight`. Consumes the parameters. */
export function averaged(params: NamedArrays, { averaging }: GatedSettings): NamedArrays {
  if (averaging === 0) return params;
  return map(params, (x, name) =>
    name.startsWith(PREFIX)
      ? x.mul(averaging).add(params[name.slice(PREFIX.length)]!.ref.mul(1 - averaging))
      : x,
  );
}

/** The averages by the names of the weights they are of; weights without one as they are. Consumes nothing. */
export function inUse<T>(params: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(
    Object.keys(params)
      .filter((name) => !name.startsWith(PREFIX))
      .map((name) => [name, params[PREFIX + name] ?? params[name]!]),
  );
}

/** The weights that a step trains. Consumes the averages. */
export function trainedOnly(params: NamedArrays): NamedArrays {
  return Object.fromEntries(
    Object.entries(params).filter(([name, x]) => {
      const average = name.startsWith(PREFIX);
      if (average) x.dispose();
      return !average;
    }),
  );
}
