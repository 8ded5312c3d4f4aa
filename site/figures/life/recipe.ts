/** How the network learns; the code that is copied says the same. */

/** The step of Adam. */
export const RATE = 0.1;
/** Steps after which a network that has not found the rule is given up for another one. */
export const PATIENCE = 2000;
/** Part of the rate by which logits shrink towards 0, at first and at last: choices that stay soft for long are not made too early. */
export const DECAY: readonly [number, number] = [0.35, 0.2];
/** Between the seeds of a network and of the next one: more than any seed. */
export const APART = 1_000_000;
