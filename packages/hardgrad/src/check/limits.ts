import { Array as ConcreteArray, jit, numpy as np, random, tree } from "@jax-js/jax";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import { detach } from "../surrogate.ts";
import type { Estimator, NamedArrays, Objective } from "../types.ts";
import { caseText, type Entry, makeDistribution, repeatedLogits, seedFor, widthOf } from "./cases.ts";
import { freshState, lossOf, objectiveFor } from "./losses.ts";
import { objectiveOf } from "./objectives.ts";
import { type Outcome, shown } from "./outcome.ts";
import { type CompiledGradient, ROWS } from "./transforms.ts";

const flat = (x: np.Array): number[] => x.reshape([-1]).js() as number[];

/** Values-only estimators work on an objective without a gradient, and take nothing from one; the others need it. */
export function needs(entry: Entry): Outcome {
  const { estimator, id, case: c } = entry;
  const f = objectiveFor(objectiveOf("coupled"), c);
  const gradientOf = (g: Objective): number[] =>
    flat(grad(lossOf(entry, g))(repeatedLogits(c, ROWS), random.key(seedFor(entry, 2))));
  const blind = gradientOf((x) => detach(f(x)));
  const some = blind.some((v) => v !== 0) && blind.every(Number.isFinite);
  const declared = estimator.needs;
  const place = caseText(entry);
  if (!declared.startsWith("values"))
    return {
      claim: "needs",
      holds: !some && blind.every(Number.isFinite),
      message: `${id} says it needs the ${declared} of f; with an f that has none its own is ${some ? `not zero (${shown(Math.max(...blind.map(Math.abs)))})` : "zero"} (${place}).`,
    };
  const seeing = declared === "values" ? gradientOf(f) : blind;
  const off = Math.max(...seeing.map((v, i) => Math.abs(v - blind[i]!)));
  const holds = some && off <= 1e-5; // the same sums of 50 losses of order 1, in float32
  const found = some
    ? `its gradient changes by ${shown(off)} when f has no gradient`
    : "with an f that has no gradient its own is zero";
  return { claim: "needs", holds, message: `${id} says it needs only values of f; ${found} (${place}).` };
}

/** Nothing is NaN or infinite at logits of +-100 and at equal logits. */
export function extremes(entry: Entry, program: CompiledGradient): Outcome {
  const { estimator, id, case: c } = entry;
  const soft = estimator.forward === "soft";
  // Soft values may be hundreds, whose exponential is no float32. Compiled is as eager: see transforms.
  const gradient = soft ? jit(grad(lossOf(entry, objectiveFor(objectiveOf("quadratic"), c)))) : program;
  const broken = [-100, 0, 100].find((extreme) => {
    // A log-rate of 100 is refused; 0.9 is near the most that the case's largest count allows.
    const pattern = Array.from({ length: widthOf(c.event) }, (_, i) =>
      Math.min(i % 2 ? -extreme : extreme, c.kind === "poisson" ? 0.9 : 100),
    );
    const logits = np.broadcastTo(np.array(pattern).reshape([1, ...c.event]), [ROWS, ...c.event]);
    return !flat(gradient(logits, random.key(seedFor(entry, 8)))).every(Number.isFinite);
  });
  if (soft) gradient.dispose();
  return {
    claim: "finite",
    holds: broken === undefined,
    message: `${id} must be finite at extreme logits; ${broken === undefined ? "it is at 0 and +-100" : `its gradient is not at logits of +-${Math.abs(broken)}`} (${caseText(entry)}).`,
  };
}

/** The state keeps its names, shapes and types, so that a compiled step takes what it returned. */
export function stateKept(entry: Entry): Outcome[] {
  const { estimator, id, case: c } = entry;
  const formOf = (state: NamedArrays): string =>
    Object.keys(state).sort().map((name) => `${name} ${state[name]!.dtype}[${state[name]!.shape}]`).join(", ") || "nothing"; // biome-ignore format: one thought
  const before = freshState(entry);
  const first = formOf(before);
  const { losses, state } = statefulExpectation(
    makeDistribution(c.kind, repeatedLogits(c, ROWS)),
    objectiveFor(objectiveOf("coupled"), c),
    estimator,
    random.key(seedFor(entry, 1)),
    before,
  );
  losses.dispose();
  const next = formOf(state);
  tree.dispose(state);
  return [
    {
      claim: "state",
      holds: first === next,
      message: `the state of ${id} must keep its names, shapes and types; init makes ${first}, and a step returns ${next} (${caseText(entry)}).`,
    },
    {
      claim: "state",
      holds: estimator.stateful === (first !== "nothing"),
      message: `${id} says stateful is ${estimator.stateful}; init makes ${first} (${caseText(entry)}).`,
    },
  ];
}

/** Logits, key, noise, state, samples and losses are consumed once, and none is kept; the distribution is not changed. */
export function ownership(entry: Entry): Outcome {
  const { estimator, id, case: c } = entry;
  const f = objectiveFor(objectiveOf("coupled"), c);
  const logits = np.array(Array.from({ length: ROWS }, () => c.logits).flat()).reshape([ROWS, ...c.event]);
  const key = random.key(seedFor(entry, 1));
  key.ref.dispose(); // made now, and not when it is first used
  const held: { readonly what: string; readonly array: np.Array }[] = [
    { what: "the logits", array: logits },
    { what: "the key", array: key },
  ];
  const watched: Objective = (x) => {
    if (!(x instanceof ConcreteArray)) return f(x);
    held.push({ what: "the sample that f was given", array: x.ref });
    const losses = f(x);
    held.push({ what: "the losses that f returned", array: losses.ref });
    return losses;
  };
  const q = Object.freeze(makeDistribution(c.kind, logits.ref));
  const given = freshState(entry);
  for (const [name, array] of Object.entries(given))
    held.push({ what: `the state ${name}`, array: array.ref });
  const watching: Estimator = {
    ...estimator,
    noise: (of, k) => {
      const noise = estimator.noise(of, k);
      if (noise instanceof ConcreteArray) held.push({ what: "its noise", array: noise.ref });
      return noise;
    },
  };
  const { losses, state } = statefulExpectation(q, watched, watching, key.ref, given);
  losses.dispose();
  tree.dispose(state);
  const unique = held.filter(({ array }, i) => held.findIndex((h) => h.array === array) === i);
  const counts = unique.map(({ what, array }) => {
    const ours = held.filter((h) => h.array === array).length;
    return { what, extra: array.refCount - ours };
  });
  const wrong = counts.find(({ extra }) => extra !== 0);
  for (const { array } of held) if (array.refCount > 0) array.dispose();
  const sentence =
    wrong === undefined
      ? "it consumes each once"
      : wrong.extra > 0
        ? `it keeps ${wrong.extra === 1 ? "a reference" : `${wrong.extra} references`} to ${wrong.what}, which is never freed`
        : `it consumes ${wrong.what} more than once`;
  return {
    claim: "ownership",
    holds: wrong === undefined,
    message: `${id} must consume what it is given exactly once; ${sentence} (${caseText(entry)}).`,
  };
}
