import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest files first, by what they took: a long one that starts last keeps one core busy and the others idle. */
const longest = [
  "estimators/bias.test.ts",
  "conformance-options.test.ts",
  "onnx/test/catalogue.test.ts",
  "engine/training.test.ts",
  "mask-estimators.test.ts",
  "conformance-transforms.test.ts",
  "experiments/continual.test.ts",
  "webgpu.test.ts",
  "compare/compare.test.ts",
  "estimators/compiled.test.ts",
  "conformance-samples.test.ts",
  "experiments/vae.test.ts",
  "experiments/generator.test.ts",
  "native-losses.test.ts",
  "gradients-of-estimators.test.ts",
  "own-modules.test.ts",
  "extremes.test.ts",
  "bench/test/bench.test.ts",
  "bias-options.test.ts",
  "distributions/shift.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Our packages as TypeScript sources, by the paths that the type check of the tests has too. */
const { paths } = JSON.parse(readFileSync(new URL("tsconfig.test.json", import.meta.url), "utf8"))
  .compilerOptions as { readonly paths: Readonly<Record<string, readonly [string]>> };
const alias = Object.entries(paths).map(([name, [path]]) => ({
  find: new RegExp(`^${name.replace("*", "(.*)")}$`),
  replacement: join(import.meta.dirname, path.replace("*", "$1")),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "bench/test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: "100%",
    // The workers share the cores.
    env: { HARDGRAD_THREADS: "1" },
    // Tracing makes many small objects that live for a moment: fewer collections.
    execArgv: ["--max-semi-space-size=64"],
    sequence: { sequencer: LongestFirst },
  },
});
