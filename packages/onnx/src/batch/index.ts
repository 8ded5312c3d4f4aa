import { type BuildOptions, type Built, build } from "../build.ts";
import { LoweringError } from "../errors.ts";
import { leavesWithPaths } from "../names.ts";
import type { Traceable } from "../trace.ts";
import type { Three } from "./fit.ts";
import { merge } from "./merge.ts";

/** Sizes that are unlikely to be anything else in a function. */
const primes = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47];

/**
 * A graph whose batch axis is free. The function is traced at three batch sizes, and what differs between the three
 * graphs is replaced by an expression in the size.
 *
 * @throws RangeError where the three differ in another way.
 */
export function freeBatch(
  fn: Traceable,
  args: readonly unknown[],
  options: BuildOptions & { readonly batch: true | readonly string[] },
): Built {
  if (options.random === "outside")
    throw new LoweringError(
      'toOnnx: a free batch axis needs random: "graph", because external noise has a fixed shape.',
    );
  const shapes = shapesByName(args, options.names);
  const free = new Set(freeNames(shapes, options.batch));
  const taken = new Set([...shapes.values()].flatMap(({ shape }) => shape));
  const sizes = primes.filter((p) => !taken.has(p)).slice(0, 3) as unknown as Three<number>;
  const graphs = sizes.map((n) =>
    build(fn, args, options, (name, shape) => (free.has(name) ? [n, ...shape.slice(1)] : shape)),
  ) as unknown as Three<Built>;
  const graph = merge([graphs[0].graph, graphs[1].graph, graphs[2].graph], sizes, free);
  return { ...graphs[0], graph };
}

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype: string }>;

function shapesByName(args: readonly unknown[], names: readonly string[] = []): Shapes {
  const found = new Map<string, { shape: readonly number[]; dtype: string }>();
  args.forEach((arg, i) => {
    for (const { path, value } of leavesWithPaths(arg)) {
      const name = [names[i] ?? `input${i}`, ...path].filter((part) => part !== "").join(".");
      const { shape = [], dtype = "float32" } = value as { shape?: readonly number[]; dtype?: string };
      found.set(name, { shape, dtype });
    }
  });
  return found;
}

function freeNames(shapes: Shapes, batch: true | readonly string[]): string[] {
  const all = [...shapes.keys()];
  if (batch === true)
    return all.filter((name) => {
      const { shape, dtype } = shapes.get(name)!;
      return shape.length > 0 && !(dtype === "uint32" && shape.length === 1 && shape[0] === 2);
    });
  return batch.flatMap((wanted) => {
    const found = all.filter((name) => name === wanted || name.startsWith(`${wanted}.`));
    if (found.length === 0)
      throw new LoweringError(
        `toOnnx: batch names ${wanted}, which is no argument; the arguments are ${all.join(", ")}.`,
      );
    const flat = found.find((name) => shapes.get(name)!.shape.length === 0);
    if (flat !== undefined)
      throw new LoweringError(
        `toOnnx: batch names ${flat}, a scalar, which has no axis that could be the batch.`,
      );
    return found;
  });
}
