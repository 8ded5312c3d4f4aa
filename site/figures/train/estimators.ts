import { type MenuEntry, menuOf } from "../estimators/menu.ts";

/** They go through all states of the hidden units, which are too many here. */
const enumerating = ["exact", "unordered-set", "rao-blackwell"];

/** What the classifier learns through. */
export const estimators: readonly MenuEntry[] = menuOf("bernoulli").filter(
  ({ id }) => !enumerating.includes(id),
);
