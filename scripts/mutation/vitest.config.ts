import { resolve } from "node:path";
import { mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import usual from "../../vitest.config.ts";

/** Files in the order in which they were asked for: the closest to a mutant first. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      process.argv.findIndex((asked) => resolve(asked) === moduleId);
    return [...files].sort((a, b) => place(a) - place(b));
  }
}

export default mergeConfig(usual, { test: { sequence: { sequencer: AsAsked } } });
