import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
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

/** One process for all files, and names of tests without a project. */
export default defineConfig({
  ...usual,
  test: { ...usual.test, projects: undefined, sequence: { sequencer: AsAsked } },
});
