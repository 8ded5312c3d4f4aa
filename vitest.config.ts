import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest first, files and projects, by what they took: a long one that starts last keeps one core busy and the others idle. */
const longest = [
  "site/test/figures.test.ts",
  "site/test/pages.test.ts",
  "site/test/axe.test.ts",
  "bias",
  "sweep/slurm.test.ts",
  "sweep/compare.test.ts",
  "conformance",
  "webgpu.test.ts",
  "compiled",
  "onnx/test/catalogue.test.ts",
  "laws",
  "experiments/continual.test.ts",
  "commands/train.test.ts",
  "own-modules.test.ts",
  "bench/test/bench.test.ts",
  "sweep/disturbed.test.ts",
  "test/docstrings.test.ts",
  "experiments/vae.test.ts",
  "site/test/stills.test.ts",
  "experiments/generator.test.ts",
  "engine/training.test.ts",
  "bench/test/sweep-load.test.ts",
  "commands/audit.test.ts",
];

/**
 * Long files that share a process, which saves a sixth of their time: the second finds modules loaded, kernels and jax-js's own
 * code compiled. Three or four each: a process takes 2 GB.
 */
const longTogether: { readonly [project: string]: readonly string[] } = {
  bias: ["estimators/bias.test.ts", "bias-options.test.ts", "all-samples.test.ts", "perturb-and-map.test.ts"],
  conformance: [
    "conformance-options.test.ts",
    "conformance-samples.test.ts",
    "conformance-transforms.test.ts",
    "mask-estimators.test.ts",
  ],
  compiled: ["estimators/compiled.test.ts", "compiled-losses.test.ts", "compiled-steps.test.ts"],
  laws: [
    "distributions/mask.test.ts",
    "distributions/shift.test.ts",
    "rare-choices.test.ts",
    "distributions/many-categories.test.ts",
  ],
};

/**
 * Short files share a process, those of a project: they find modules loaded and jax-js's kernels compiled. Not all of them
 * one: jax-js's memory never shrinks.
 */
const below = (folder: string, ...names: readonly string[]) => names.map((name) => `${folder}/${name}`);
const together: { readonly [project: string]: readonly string[] } = {
  estimators: below("packages/hardgrad/test", "estimators", "distributions"),
  experiments: below("packages/experiments/test", "data", "experiments", "nn"),
  cli: below(
    "packages/cli/test",
    "ask",
    "check",
    "commands",
    "figures",
    "lab",
    "print",
    "run-folder",
    "sweep",
  ),
  engine: below("packages/experiments/test", "engine", "judge"),
  hardgrad: [
    "packages/hardgrad/test",
    ...below("packages/hardgrad/test", "audit", "check", "codes", "gates", "units"),
  ],
  onnx: ["packages/onnx/test"],
  compiler: ["packages/compiler/test", "packages/runtime/test", "packages/runtime/test/circuit"],
  site: ["site/test"],
};

/** A process of its own: long files, and what changes or looks at jax-js or the process from inside. */
const apart = [
  ...longest,
  "hardgrad/test/quick-keys.test.ts",
  "estimators/leak.test.ts",
  "engine/kernel-instances.test.ts",
];

const isOneOf = (names: readonly string[], path: string): boolean =>
  names.some((name) => `/${path}`.endsWith(`/${name}`));

const sharing = (folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => path.endsWith(".test.ts")),
  );

const long = Object.values(longTogether).flat();
const groups = [
  ...Object.entries(longTogether).map(([name, files]) => ({
    name,
    include: files.map((file) => `packages/*/test/**/${file}`),
  })),
  ...Object.entries(together).map(([name, folders]) => ({
    name,
    include: sharing(folders).filter((path) => !isOneOf([...apart, ...long], path)),
  })),
];

/** The files of a project one after another: a file of another sort between them would end their process. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = longest.findIndex((name) => name === project.name || moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length + 1 + groups.findIndex(({ name }) => name === project.name) : at;
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
  // What has not ended by then never will, on a busy machine too.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // The workers share the cores.
  env: { HARDGRAD_THREADS: "1" },
  // Tracing makes many small objects that live for a moment: fewer collections.
  execArgv: ["--max-semi-space-size=64"],
};

export default defineConfig({
  resolve: { alias },
  test: {
    ...each,
    // One more than cores: workers wait, for a page, for Slurm, for a process.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // One for all projects: each has its own in memory.
    experimental: { fsModuleCache: true },
    projects: [
      {
        resolve: { alias },
        test: {
          ...each,
          name: "apart",
          include: ["packages/*/test/**/*.test.ts", "{test,bench/test,site/test}/**/*.test.ts"],
          exclude: groups.flatMap(({ include }) => include),
        },
      },
      ...groups.map((group) => ({ resolve: { alias }, test: { ...each, ...group, isolate: false } })),
    ],
  },
});
