// Which tests may see a mutant of a file, in stages: the first that fails ends it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

/** Files of a package's tests that take long or start processes: asked by name only. */
const slow = /^(bias|conformance|compiled|options|native|leak|examples|browser|webgpu|.*-usage)/;

/**
 * The closest tests of a file by its path, quickest first; after a colon, the tests of that name only. The first pattern
 * that matches counts.
 */
const experiments = [
  [/^nn\/(optimizers|adam)\.ts$/, ["optimizers"]],
  [/^nn\/schedules\.ts$/, ["optimizers", "layers"]],
  [/^nn\/max-norm\.ts$/, ["layers", "gated"]],
  [/^nn\/layers\.ts$/, ["layers", "vae"]],
  [/^experiments\/vae\/losses\.ts$/, ["layers", "vae"]],
  [/^experiments\/continual\/fisher\.ts$/, ["fisher", "continual"]],
  [/^experiments\/continual\/methods\/gated-loss\.ts$/, ["gated-loss", "continual"]],
  [/^experiments\/gated\/(losses|gate-kinds)\.ts$/, ["penalties", "gated", "routed-step"]],
  [/^experiments\/generator\/noise\.ts$/, ["generator-noise", "generator-draw"]],
  [/^experiments\/generator\/schedules\.ts$/, ["layers"]],
  [/^experiments\/generator\/information\.ts$/, ["generator-information", "layers"]],
  [/^experiments\/generator\/(flow|bits)\.ts$/, ["generator-prior", "generator"]],
  [/^experiments\/generator\/assignment/, ["generator: parts"]],
  [
    /^experiments\/generator\/(losses|style)\.ts$/,
    ["generator-terms", "generator-information", "generator-draw", "generator"],
  ],
  [/^judge\/statistics\.ts$/, ["judge"]],
  [/^engine\/variance\.ts$/, ["variance"]],
];
const gates = [
  "gates",
  "sparse-gates",
  "routed",
  "rate-divergence",
  "named-arrays",
  "scalars",
  "extremes: entropy, gates",
];
const measures = ["statistics", "rare", "exact-gradient", "part", "monitor"];
const laws = [
  "shift",
  "mask",
  "golden",
  "golden-more",
  "rare-choices",
  "many-categories",
  "extremes",
  "scalars",
];
const core = [
  [/^units\//, ["units", "docstring-options", "extremes: units"]],
  [/^codes\//, ["codes", "codes-golden"]],
  [/^gates\/rate/, ["rate-divergence", ...gates]],
  [/^gates\/(routed|blocks)/, ["routed", ...gates]],
  [/^gates\//, gates],
  [/^audit\/(monitor)/, ["monitor", "audit"]],
  [
    /^audit\/(exact-gradient|enumerate|combinations|subsets|ordered|variables)/,
    ["exact-gradient", ...measures],
  ],
  [/^audit\/compiled-check/, ["compiled-check", "gradients: audit"]],
  [/^audit\/(audit|draws|facts)/, ["audit"]],
  [/^audit\//, measures],
  [/^distributions\/(counts|exponential)/, ["counts", ...laws]],
  [/^distributions\//, laws],
  [
    /^check\//,
    ["check: a claim that is false|options out of range|tells its progress", "check: every claim"],
  ],
  [/^(gradients|compiler)\.ts/, ["gradients"]],
  [
    /^(expectation|objective|support)\.ts/,
    ["objective-errors", "equivalences: misuse", "conformance", "gradients"],
  ],
  [/^(math|surrogate)\.ts/, ["math", "golden", "extremes", "gradients"]],
  [/^(arguments|options|scalars)\.ts/, ["scalars", "named-arrays", "conformance", "gates"]],
  [
    /^estimators\/(control|score|exact|straight)/,
    ["docstring-options", "golden", "golden-more", "claims", "conformance"],
  ],
  [
    /^estimators\//,
    [
      "docstring-options",
      "golden",
      "golden-more",
      "claims",
      "conformance",
      "line-of-descent: sample by sample",
    ],
  ],
];
/** More for some, before those above. */
const first = [
  [
    /^(audit\/(audit|part)|gates\/(consolidation|blocks|routed)|arguments|distributions\/(counts|subset))/,
    ["bounds"],
  ],
  [/^estimators\/parts\/(category|neighbours|joint)/, ["bounds"]],
  [/^gates\/rate-(control|threshold)/, ["sparse-gates"]],
  [/^check\//, ["parts", "chance"]],
  [/^audit\/rare/, ["rare"]],
  [/^audit\/part/, ["part"]],
  [/^distributions\/mask/, ["mask"]],
  [/^distributions\/tame/, ["tame"]],
  [/^gates\/named-arrays/, ["named-arrays"]],
  [/^estimators\/.*(imle|maximizer|perturbed)/, ["perturbation", "perturb-and-map"]],
  [/^estimators\/.*(decoupled)/, ["decoupled"]],
  [/^estimators\/noise/, ["noise"]],
  [/^estimators\/.*(reinforce|nvil|adaptation)/, ["state"]],
];

/**
 * The stages of a file, each `{ files, ids?, title?, near }`; ids are estimators, whose names begin the titles of tests.
 */
export function stagesOf(root, file) {
  const [, name, inside] = file.match(/^packages\/([^/]+)\/src\/(.*)$/);
  const tests = readdirSync(join(root, "packages", name, "test"), { recursive: true })
    .map((test) => test.replaceAll("\\", "/"))
    .filter((test) => test.endsWith(".test.ts"));
  const at = (test) => `packages/${name}/test/${test}`;
  const find = (prefix) => {
    const found = tests.find((test) => posix.basename(test) === `${prefix}.test.ts`);
    if (found) return at(found);
    throw new Error(`no test ${prefix}.test.ts in ${name}: scripts/mutation/targets.mjs names it`);
  };
  const near = nearOf(name, inside).map((wanted) => {
    const [prefix, title] = wanted.split(": ");
    return { file: find(prefix), title };
  });
  const whole = near.filter(({ title }) => !title).map(({ file }) => file);
  const parts = near.filter(({ title }) => title).map(({ file, title }) => ({ files: [file], title }));
  const ids = name === "experiments" ? [] : estimatorsOf(root, file);
  const byName = (...list) =>
    ids.length > 0 ? [{ files: list.map((prefix) => find(prefix)), ids, near: true }] : [];
  const ofEstimators = /^estimators/.test(inside);
  const stages = [
    ...(ofEstimators ? byName("all-samples") : []),
    ...(whole.length > 0 ? [{ files: whole, near: true }] : []),
    ...byName("conformance-transforms", "conformance-samples"),
    ...parts.map((s) => ({ ...s, near: true })),
    ...(ofEstimators
      ? [{ files: [find("gradients-of-estimators")], title: "without a batch", near: true }]
      : []),
    ...byName("conformance-options", "compiled", "bias", "bias-options").map((s) => ({
      ...s,
      near: ofEstimators,
    })),
  ];
  if (name === "experiments") return stages;
  const others = tests.filter((test) => !slow.test(posix.basename(test)) && !whole.includes(at(test)));
  return [...stages, ...others.map((test) => ({ files: [at(test)], near: false }))];
}

/** The closest tests of a file. */
function nearOf(name, inside) {
  const wanted = (table) => table.find(([pattern]) => pattern.test(inside))?.[1] ?? [];
  if (name === "experiments") return wanted(experiments);
  return [...new Set([...wanted(first), ...wanted(core)])];
}

/** Files of the regularizers, losses, schedules and optimizers of the experiments. */
export const isTarget = (file) => {
  const [, name, inside] = file.match(/^packages\/([^/]+)\/src\/(.*)$/) ?? [];
  if (name === "hardgrad") return !/^(references|index\.ts|catalogue\.ts|types\.ts)/.test(inside);
  return name === "experiments" && experiments.some(([pattern]) => pattern.test(inside));
};

/** At most six estimators that a file of the core takes part in: its own, or a spread of those that import it. */
function estimatorsOf(root, file) {
  const folder = "packages/hardgrad/src";
  const files = readdirSync(join(root, folder), { recursive: true }).filter((f) => f.endsWith(".ts"));
  const text = new Map(
    files.map((f) => [posix.join(folder, f), readFileSync(join(root, folder, f), "utf8")]),
  );
  const imports = (f) =>
    [...text.get(f).matchAll(/from "(\.[^"]+)"/g)].map((m) => posix.join(dirname(f), m[1]));
  const users = new Set([file]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const f of text.keys())
      if (!users.has(f) && /\/(estimators|distributions)\//.test(f) && imports(f).some((i) => users.has(i)))
        grown = Boolean(users.add(f));
  }
  // Every estimator has a page.
  const catalogue = readdirSync(join(root, "docs", "estimators"))
    .map((page) => page.replace(/\.md$/, ""))
    .filter((id) => id !== "index");
  const words = (f) => text.get(f)?.replace(/\b(family|reference): "[^"]*"/g, "") ?? "";
  const declared = (f) => catalogue.filter((id) => words(f).includes(`"${id}"`));
  const own = /\/estimators\//.test(file) ? declared(file) : [];
  const all = own.length > 0 ? own : [...new Set([...users].flatMap(declared))];
  const step = Math.max(1, all.length / 6);
  return Array.from({ length: Math.min(6, all.length) }, (_, i) => all[Math.floor(i * step)]);
}

/** Source files that are mutated, as paths from the root, in alphabetical order. */
export function targetsIn(root) {
  return ["hardgrad", "experiments"]
    .flatMap((name) => {
      const folder = join(root, "packages", name, "src");
      return readdirSync(folder, { recursive: true }).map((file) => relative(root, join(folder, file)));
    })
    .filter((file) => file.endsWith(".ts") && isTarget(file))
    .sort();
}
