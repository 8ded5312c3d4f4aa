import { describe, test } from "vitest";
import { caseOf, supported, title } from "../harness.ts";
import { gradientsToParameters, mapsOverKeys, needsAndExtremes, transforms } from "./conformance.ts";

describe("every estimator", () => {
  // One scale of the logits: nothing here depends on it, and the extremes are tried below.
  for (const entry of supported.filter((e) => e.case === caseOf(e.case.kind))) {
    test(`${title(entry)}: jit = eager, the same key gives the same bits, vmap over keys = loop`, () => {
      transforms(entry);
      mapsOverKeys(entry);
    });

    test(`${title(entry)}: gradients to the parameters of f are right`, () => gradientsToParameters(entry));
    test(`${title(entry)}: needs are as declared, NaN never appears, inputs are consumed once`, () =>
      needsAndExtremes(entry));
  }
});
