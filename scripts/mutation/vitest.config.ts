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

/** Without the usual projects: whatever is asked for shares one process. */
const { projects: _, ...test } = usual.test!;

export default defineConfig({
  ...(usual.resolve && { resolve: usual.resolve }),
  test: { ...test, include: ["packages/*/test/**/*.test.ts"], sequence: { sequencer: AsAsked } },
});
