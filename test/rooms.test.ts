import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** Our rooms, and what each may import of ours besides itself: arrows point one way. Packages are named by their scope. */
const experiments = "packages/experiments/src";
const cli = "packages/cli/src";
const compiler = "packages/compiler/src";
const rules: readonly {
  readonly room: RegExp;
  readonly allowed?: RegExp;
  readonly never?: RegExp;
  readonly why: string;
}[] = [
  {
    room: /^packages\/experiments\/src\/contract\//,
    allowed: /^(hardgrad|@hardgrad\/runtime(\/circuit)?)$/,
    why: "a contract stands on nothing of ours but types of the libraries",
  },
  {
    room: /^packages\/experiments\/src\/(data|nn)\//,
    allowed: /^(hardgrad|@hardgrad\/runtime(\/circuit)?|packages\/experiments\/src\/contract\/.*)$/,
    why: "data and layers stand on the contract, and not on one another",
  },
  {
    room: /^packages\/experiments\/src\/engine\//,
    never: /^packages\/experiments\/src\/(experiments|judge)\//,
    why: "the engine takes an experiment as a value and knows none",
  },
  {
    room: /^packages\/experiments\/src\/judge\//,
    never: /^packages\/experiments\/src\/experiments\//,
    why: "the judge reads what any experiment draws",
  },
  {
    room: /^packages\/experiments\/src\/(?!index\.ts)/,
    never: /^packages\/experiments\/src\/experiments\/index\.ts$/,
    why: "the registry is at the top: nobody below it has a list",
  },
  {
    room: /^packages\/compiler\/src\//,
    allowed: /^(@hardgrad\/onnx(\/graph)?|packages\/compiler\/src\/.*)$/,
    why: "the compiler takes any traced function, and knows no estimator",
  },
  {
    room: /^packages\/experiments\/src\/(?!engine\/)/,
    never: /^@hardgrad\/compiler$/,
    why: "only the engine knows how a step is run",
  },
  {
    room: /^packages\/cli\/src\/run-folder\//,
    never: /^packages\/cli\/src\/(figures|run-figures|commands|export|draw|judge|sweep)\//,
    why: "storage does not draw, and knows no command",
  },
  {
    room: /^packages\/cli\/src\/figures\//,
    never: /^(packages\/cli\/src\/(run-folder|run-figures|commands|disk)\/.*|@hardgrad\/runtime)$/,
    why: "figures draw numbers that they are given: they read no run and measure nothing",
  },
];

/** The imports of a file: paths from the root for our files, names for packages. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((m) => m[1]!);
  return found.map((name) => (name.startsWith(".") ? join(dirname(file), name) : name));
}

const files = [experiments, cli, compiler].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);
const ours = (name: string): boolean => /^(hardgrad$|@hardgrad\/|packages\/)/.test(name);

test.each(rules)("$room: $why", ({ room, allowed, never, why }) => {
  const inside = files.filter((file) => room.test(file));
  expect(inside.length).toBeGreaterThan(0);
  const wrong = inside.flatMap((file) => {
    const own = dirname(relative(".", file)).split("/").slice(0, 4).join("/");
    return importsOf(file)
      .filter((name) => ours(name) && !name.startsWith(`${own}/`))
      .filter((name) => never?.test(name) || (allowed && !allowed.test(name)))
      .map((name) => `${file} imports ${name}: ${why}`);
  });
  expect(wrong).toEqual([]);
});

test("an experiment imports no other", () => {
  const home = /^packages\/experiments\/src\/experiments\/([^/]+)\//;
  const wrong = files.flatMap((file) => {
    const own = home.exec(file)?.[1];
    if (own === undefined) return [];
    return importsOf(file).filter((name) => {
      const other = home.exec(name)?.[1];
      return other !== undefined && other !== own;
    });
  });
  expect(wrong).toEqual([]);
});

/** The modules that a file names, those of types too; `import()` comes later. */
function namedBy(file: string): string[] {
  const statements = readFileSync(file, "utf8").matchAll(/^(?:import|export) [^;"']*?\bfrom "(\.[^"]+)"/gm);
  return [...statements].map(([, name]) => join(dirname(file), name!));
}

/** The first cycle that the modules make, as a path that ends where it began. */
function cycleIn(modules: readonly string[], loads: (file: string) => readonly string[]): string[] {
  const done = new Set<string>();
  const search = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of loads(file)) {
      const cycle = search(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of modules) {
    const cycle = search(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test.each(["hardgrad", "onnx", "compiler", "runtime", "experiments", "cli"])(
  "modules of %s make no cycle",
  (name) => {
    const folder = `packages/${name}/src`;
    const modules = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file));
    expect(modules.flatMap(namedBy).length).toBeGreaterThan(0);
    expect(cycleIn(modules, namedBy)).toEqual([]);
  },
);

test("a cycle is found", () => {
  const loads: { readonly [file: string]: readonly string[] } = { a: ["b"], b: ["c", "d"], c: [], d: ["b"] };
  expect(cycleIn(Object.keys(loads), (file) => loads[file]!)).toEqual(["b", "d", "b"]);
});
