import { readdirSync, readFileSync } from "node:fs";
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

/**
 * Short files that compute and nothing else share a process, those of a folder: they find modules loaded and jax-js's
 * kernels compiled. Not all of them one: jax-js's memory never shrinks.
 */
const together = [
  "packages/onnx/test",
  "packages/hardgrad/test",
  ...["audit", "check", "distributions", "estimators", "gates"].map(
    (name) => `packages/hardgrad/test/${name}`,
  ),
  ...["data", "experiments", "nn"].map((name) => `packages/experiments/test/${name}`),
];

/** A process of its own: long files, and what looks at jax-js from inside. */
const apart = [...longest, "hardgrad/test/quick-keys.test.ts", "estimators/leak.test.ts"];

const sharing = (folder: string): string[] =>
  readdirSync(join(import.meta.dirname, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith(".test.ts") && !apart.some((name) => path.endsWith(`/${name}`)));

/** The files of a folder one after another, and last: a file of another sort between them would end their process. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length + 1 + together.indexOf(project.name) : at;
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

/** Of all projects; the number of workers is that of the whole run, so that `--maxWorkers` holds. */
const each = {
  testTimeout: 120_000,
  hookTimeout: 60_000,
  // The workers share the cores.
  env: { HARDGRAD_THREADS: "1" },
  // Tracing makes many small objects that live for a moment: fewer collections.
  execArgv: ["--max-semi-space-size=64"],
};

export default defineConfig({
  resolve: { alias },
  test: {
    ...each,
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve: { alias },
        test: {
          ...each,
          name: "apart",
          include: ["packages/*/test/**/*.test.ts", "{test,bench/test,site/test}/**/*.test.ts"],
          exclude: together.flatMap(sharing),
        },
      },
      ...together.map((folder) => ({
        resolve: { alias },
        test: { ...each, name: folder, include: sharing(folder), isolate: false },
      })),
    ],
  },
});
