import { extname, resolve } from "node:path";
import { nn, numpy as np } from "@jax-js/jax";
import {
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  type Objective,
  plackettLuce,
  poisson,
  subset,
} from "hardgrad";
import { reasonOf, UsageError } from "./errors.ts";
import { inFile, loadModule } from "./module-file.ts";
import { type Contents, type kinds, wrongContents } from "./problem-file.ts";
import { unknownName } from "./suggest.ts";

/** What `audit` works on: a distribution of one example, and the objective. */
export interface Problem {
  readonly name: string;
  readonly title: string;
  readonly distribution: () => Distribution;
  readonly objective: Objective;
}

function makeProblem(name: string, contents: Contents): Problem {
  const { distribution: kind, logits, k, trials, maxCount } = contents;
  const nested = Array.isArray(logits[0]);
  if (nested && kind !== "categorical")
    throw new RangeError(`logits of a list of lists are for categorical variables, not for ${kind}`);
  if (nested && new Set((logits as number[][]).map((row) => row.length)).size > 1)
    throw new RangeError("logits have rows of different lengths; every variable needs as many categories");
  if ((kind === "subset" || kind === "plackett-luce") && k === undefined)
    throw new RangeError(`k, the size of the subset, is missing`);
  if (kind === "binomial" && trials === undefined)
    throw new RangeError("trials, the number of them, is missing");
  const array = (): np.Array => {
    const a = np.array(logits as number[]).astype(np.float32);
    return nested ? a.reshape([1, ...a.shape]) : a;
  };
  const made: { readonly [K in (typeof kinds)[number]]: () => Distribution } = {
    bernoulli: () => bernoulli(array()),
    categorical: () => categorical(array()),
    subset: () => subset(array(), k!),
    "plackett-luce": () => plackettLuce(array(), k!),
    poisson: () => poisson(array(), maxCount === undefined ? {} : { maxCount }),
    binomial: () => binomial(array(), trials!),
  };
  return {
    name,
    title: contents.title ?? name,
    distribution: made[kind],
    objective: (x) => located(name, () => contents.objective(x, { np, nn })),
  };
}

/** What an objective throws, with the file, and the line where the stack has it. */
function located<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw inFile(name, resolve(name), error, "the objective failed");
  }
}

const wave = (n: number, scale: number, shift = 0): number[] =>
  Array.from({ length: n }, (_, i) => Math.round(1000 * scale * Math.sin(1.7 * i + 0.6 + shift)) / 1000);

/** Weights of a network, `[rows][columns]`. */
const matrix = (rows: number, columns: number, scale: number): number[][] =>
  Array.from({ length: rows }, (_, i) => wave(columns, scale, 2.3 * i));

/** A network of one hidden layer behind the sample. */
function network(inputs: number): Contents["objective"] {
  return (x, { np }) => {
    const flat = x.reshape([...x.shape.slice(0, -1), inputs]);
    const hidden = np.tanh(np.matmul(flat, np.array(matrix(inputs, 8, 0.8))).add(np.array(wave(8, 0.5))));
    return np.square(np.sum(hidden.mul(np.array(wave(8, 0.9, 1))), -1).sub(0.4));
  };
}

const builtIn: { readonly [name: string]: Contents } = {
  toy: {
    title: "one unit, (b - 0.499)^2: the toy of REBAR and RELAX",
    distribution: "bernoulli",
    logits: [0],
    objective: (b, { np }) => np.sum(np.square(b.sub(0.499)), -1),
  },
  quadratic: {
    title: "six units, a coupled quadratic",
    distribution: "bernoulli",
    logits: wave(6, 1),
    objective: (b, { np }) => np.square(np.sum(b.mul(np.array(wave(6, 1, 2))), -1).sub(0.3)),
  },
  network: {
    title: "ten units in front of a network of two layers",
    distribution: "bernoulli",
    logits: wave(10, 1),
    objective: network(10),
  },
  categorical: {
    title: "three variables of four categories in front of a network of two layers",
    distribution: "categorical",
    logits: matrix(3, 4, 1),
    objective: (x, tools) => network(12)(x.reshape([...x.shape.slice(0, -2), 12]), tools),
  },
  subset: {
    title: "three of eight, in front of a network of two layers",
    distribution: "subset",
    k: 3,
    logits: wave(8, 1),
    objective: network(8),
  },
  "top-k": {
    title: "three of eight drawn without replacement, in front of a network of two layers",
    distribution: "plackett-luce",
    k: 3,
    logits: wave(8, 1),
    objective: network(8),
  },
  counts: {
    title: "three Poisson counts, squared distance to a target",
    distribution: "poisson",
    maxCount: 20,
    logits: [0.4, 1, -0.3],
    objective: (x, { np }) => np.square(np.sum(x.mul(np.array([0.5, 0.3, -0.4])), -1).sub(1)),
  },
};

/** Names and titles of the built-in problems. */
export const problemNames: readonly string[] = Object.keys(builtIn);

const typed = [".ts", ".mts"];

function looksLikeFile(text: string): boolean {
  return [".js", ".mjs", ...typed].includes(extname(text)) || text.includes("/");
}

/** A built-in problem by name, or the default export of a module file. */
export async function loadProblem(text: string): Promise<Problem> {
  if (Object.hasOwn(builtIn, text)) return makeProblem(text, builtIn[text]!);
  if (!looksLikeFile(text)) throw unknownName("problem", text, problemNames);
  const { value } = await loadModule(text);
  let wrong: string | undefined;
  try {
    wrong = wrongContents(value);
    if (wrong === undefined) {
      const problem = makeProblem(text, value as Contents);
      problem.distribution(); // which checks sizes and ranges
      return problem;
    }
  } catch (error) {
    throw new UsageError(`${text}: ${reasonOf(error).replace(/\.$/, "")}.`);
  }
  throw new UsageError(
    `${text}: ${wrong.replace(/[.?]$/, "")}; write export default { distribution, logits, objective }, see hardgrad audit --help.`,
  );
}
