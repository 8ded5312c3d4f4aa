import { describe, test } from "vitest";
import { supported, title } from "../harness.ts";
import { samplesAndValues } from "./conformance.ts";

describe("samples and values", () => {
  for (const entry of supported)
    test(`${title(entry)}: evaluations, hardness, value and law are as declared`, () =>
      samplesAndValues(entry));
});
