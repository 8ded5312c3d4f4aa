import { describe, test } from "vitest";
import { title, variants } from "../harness.ts";
import { biased, exactFor, unbiased } from "./bias.ts";

/** The highest degrees that are claimed, or one objective of each sort: lower ones follow. */
const few = ["linear", "quadratic", "cubic", "coupled"];

describe("bias is as declared with every option", () => {
  for (const entry of variants) {
    const { estimator } = entry;
    const exact = exactFor(entry);
    const chosen = estimator.unbiased
      ? exact.filter((o) => ["quadratic", "coupled"].includes(o.name))
      : exact.filter((o) => few.includes(o.name)).slice(-1);
    if (chosen.length > 0)
      test(`${title(entry)}: no bias on ${chosen.map((o) => o.name).join(", ")}`, () =>
        unbiased(entry, chosen, 20_000));
    if (!estimator.unbiased || estimator.continuous)
      test(`${title(entry)}: bias is seen above degree ${estimator.exactDegree}`, () =>
        biased(entry, 20_000));
  }
});
