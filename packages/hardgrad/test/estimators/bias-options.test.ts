import { describe, test } from "vitest";
import { title, variants } from "../harness.ts";
import { biased, optionChosen, unbiased } from "./bias.ts";

describe("bias is as declared with every option", () => {
  for (const entry of variants) {
    const { estimator } = entry;
    const chosen = optionChosen(entry);
    if (chosen.length > 0)
      test(`${title(entry)}: no bias on ${chosen.map((o) => o.name).join(", ")}`, () =>
        unbiased(entry, chosen, 20_000));
    if (!estimator.unbiased || estimator.continuous)
      test(`${title(entry)}: bias is seen above degree ${estimator.exactDegree}`, () =>
        biased(entry, 20_000));
  }
});
