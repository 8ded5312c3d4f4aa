import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/index.ts";
import { supported, title } from "../harness.ts";
import { biased, exactFor, unbiased } from "./bias.ts";

describe("bias is as declared", () => {
  for (const entry of supported) {
    const { estimator } = entry;
    test(`${title(entry)}: no bias on ${exactFor(entry)
      .map((o) => o.name)
      .join(", ")}`, () => unbiased(entry, exactFor(entry)));
    if (!estimator.unbiased || estimator.continuous)
      test(`${title(entry)}: bias is seen above degree ${estimator.exactDegree}`, () => biased(entry));
  }
  test("an estimator is unbiased exactly if it is exact for all degrees", () => {
    for (const { create } of catalogue) expect(create().exactDegree === "all").toBe(create().unbiased);
  });
});
