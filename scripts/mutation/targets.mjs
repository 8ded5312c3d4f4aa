// Which tests may see a mutant of a file, in stages: the first that fails ends it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

/** Files of a package's tests that take long or start processes: asked by name only. */
const slow = /^(bias|conformance|compiled|options|native|leak|examples|browser|webgpu|.*-usage)/;

const experiments = [
  [/^nn\/(optimizers|adam|schedules)\.ts$/, ["optimizers"]],
  [/^nn\/max-norm\.ts$/, ["layers", "gated"]],
  [/^nn\/layers\.ts$/, ["layers", "vae"]],
  [/^experiments\/vae\/losses\.ts$/, ["layers", "vae"]],
  [/^experiments\/continual\/(fisher|methods\/gated-loss)\.ts$/, ["penalties", "protection", "continual"]],
  [/^experiments\/gated\/(losses|gate-kinds)\.ts$/, ["penalties", "gated", "routed-step"]],
  [/^experiments\/generator\/noise\.ts$/, ["generator-noise", "generator-draw"]],
  [/^experiments\/generator\/schedules\.ts$/, ["layers"]],
  [/^experiments\/generator\/information\.ts$/, ["generator-information", "layers"]],
  [/^experiments\/generator\/(flow|bits)\.ts$/, ["generator-prior", "generator"]],
  [
    /^experiments\/generator\/(losses|style|assignment)\.ts$/,
    ["generator", "generator-information", "generator-draw"],
  ],
  [/^judge\/statistics\.ts$/, ["judge"]],
  [/^engine\/variance\.ts$/, ["training"]],
];
/** The core's tests by folder, those that are closest first. */
const core = [
  [/^units\//, ["units", "extremes"]],
  [/^gates\//, ["gates", "sparse-gates", "routed", "rate-divergence", "named-arrays", "scalars"]],
  [/^audit\/(monitor)/, ["monitor", "audit"]],
  [/^audit\//, ["statistics", "rare", "exact-gradient", "audit"]],
  [/^distributions\/counts/, ["counts"]],
  [/^distributions\//, ["golden-more", "examples-apart", "extremes", "many-categories"]],
  [/^estimators\/.*(imle|maximizer|perturbed)/, ["perturb-and-map", "golden-more"]],
  [/^check\//, ["check"]],
  [/^gradients|^compiler/, ["gradients"]],
  [/^estimators\//, ["golden", "golden-more"]],
];

/** The stages of a file, each `{ files, ids? }`; ids are estimators, whose names begin the titles of tests. */
export function stagesOf(root, file) {
  const [, name, inside] = file.match(/^packages\/([^/]+)\/src\/(.*)$/);
  const tests = readdirSync(join(root, "packages", name, "test"), { recursive: true })
    .map((test) => test.replaceAll("\\", "/"))
    .filter((test) => test.endsWith(".test.ts"));
  const named = (wanted) =>
    wanted.map((prefix) => {
      const found = tests.find((test) => posix.basename(test) === `${prefix}.test.ts`);
      if (!found)
        throw new Error(`no test ${prefix}.test.ts in ${name}: scripts/mutation/targets.mjs names it`);
      return found;
    });
  const at = (list) => list.map((test) => `packages/${name}/test/${test}`);
  if (name === "experiments") {
    const wanted = experiments.find(([pattern]) => pattern.test(inside))?.[1] ?? [];
    return named(wanted).map((test) => ({ files: at([test]) }));
  }
  const near = named(core.find(([pattern]) => pattern.test(inside))?.[1] ?? []);
  const others = tests.filter((test) => !slow.test(posix.basename(test)) && !near.includes(test));
  const long = tests
    .filter((test) => /^(conformance|options|compiled|bias)/.test(posix.basename(test)))
    .sort();
  const ids = estimatorsOf(root, file);
  const stages = [near, /^estimators\//.test(inside) ? [] : others].filter((list) => list.length > 0);
  return [
    ...stages.map((list) => ({ files: at(list) })),
    ...(ids.length > 0 ? long.reverse().map((test) => ({ files: at([test]), ids })) : []),
    ...(/^estimators\//.test(inside) ? [{ files: at(others) }] : []),
  ];
}

/** Files of the regularisers, losses, schedules and optimizers of the experiments. */
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
  const catalogue = [...text]
    .filter(([f]) => f.startsWith(`${folder}/estimators/`))
    .flatMap(([, source]) => [...source.matchAll(/^ {2}id: "([^"]+)"/gm)].map((m) => m[1]));
  if (catalogue.length === 0) throw new Error("no estimator is defined by defineEstimator({ id: ... })");
  const declared = (f) => catalogue.filter((id) => text.get(f)?.includes(`"${id}"`));
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
