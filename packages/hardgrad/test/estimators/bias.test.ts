import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/index.ts";
import { caseOf, type Entry, supported, title } from "../harness.ts";
import type { TestObjective } from "../objectives.ts";
import { biased, exactFor, unbiased } from "./bias.ts";

/** At the second scale of the logits one objective of each sort, where all are claimed: the rest is algebra in f. */
const sorts = ["linear", "quadratic", "kink", "coupled"];

const claimed = (entry: Entry): readonly TestObjective[] =>
  entry.case === caseOf(entry.case.kind) || !entry.estimator.unbiased
    ? exactFor(entry)
    : exactFor(entry).filter((o) => sorts.includes(o.name));

describe("bias is as declared", () => {
  for (const entry of supported) {
    const { estimator } = entry;
    const among = claimed(entry);
    const first = entry.case === caseOf(entry.case.kind);
    test(`${title(entry)}: no bias on ${among.map((o) => o.name).join(", ")}`, () => unbiased(entry, among));
    // That a claim is no wider holds once it is seen at one scale.
    if (first && (!estimator.unbiased || estimator.continuous))
      test(`${title(entry)}: bias is seen above degree ${estimator.exactDegree}`, () => biased(entry));
  }
  test("an estimator is unbiased exactly if it is exact for all degrees", () => {
    for (const { create } of catalogue) expect(create().exactDegree === "all").toBe(create().unbiased);
  });
});
