import { describe, test } from "vitest";
import { samplesAndValues } from "./conformance.ts";
import { supported, title } from "./harness.ts";

describe("samples and values", () => {
  for (const entry of supported)
    test(`${title(entry)}: evaluations, hardness, value and law are as declared`, () =>
      samplesAndValues(entry));
});
