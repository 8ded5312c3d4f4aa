import type { Distribution, Traits } from "./types.ts";

/** Refuses a distribution that the estimator does not support. */
export function checkSupport(
  estimator: Pick<Traits, "id" | "supports" | "probabilities">,
  q: Distribution,
): void {
  if (!estimator.supports.includes(q.kind))
    throw new RangeError(
      `${estimator.id} does not support ${q.kind} variables (it supports ${estimator.supports.join(", ")}); ` +
        `choose another with \`hardgrad list\`.`,
    );
  const { probabilities = ["sigmoid"] } = estimator;
  if (!probabilities.includes(q.probability))
    throw new RangeError(
      `${estimator.id} needs ${probabilities.join(" or ")} probabilities, but this distribution has ${q.probability} ones; ` +
        "use bernoulli(logits) without the option, or straightThroughHardSigmoid().",
    );
}
