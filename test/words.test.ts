import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { declarationsOf } from "./docstrings.ts";

/** Names that several files of a room may declare, because they mean the same there. */
const shared: readonly { readonly room: RegExp; readonly names: readonly string[]; readonly why: string }[] =
  [
    {
      room: /^packages\/experiments\/src\/experiments\/[^/]+\//,
      names: [
        "calibrate",
        "card",
        "check",
        "evaluate",
        "headline",
        "losses",
        "metrics",
        "models",
        "options",
        "pictures",
        "recommended",
      ],
      why: "a part of the contract, which each experiment defines",
    },
    {
      room: /^packages\/experiments\/src\/experiments\/[^/]+\//,
      names: ["decode", "encode", "initialParams", "runtimeOf", "sampleTerms", "scoresOf"],
      why: "the same of each experiment's network: its first weights, class scores, codes, runtime layers",
    },
    {
      room: /^packages\/runtime\/src\/(circuit\/)?kernels\/.*\.generated\.ts$/,
      names: ["code"],
      why: "a WebAssembly kernel, each in a module of its own",
    },
    {
      room: /^packages\/cli\/src\/commands\//,
      names: ["declare"],
      why: "declares the command of its file to the parser",
    },
  ];

/** Names that a room borrows: what it declares under them is about the function of that name. */
const borrowed: typeof shared = [
  {
    room: /^packages\/onnx\/src\/simplify\//,
    names: ["clip", "log1p", "logSoftmax", "sigmoid", "sign", "softplus"],
    why: "a rewriting rule is named for the function that it finds in a graph",
  },
];

const declarations = new Map<string, string[]>();
for (const name of readdirSync("packages", { recursive: true, encoding: "utf8" })) {
  if (!/^[^/]+\/src\/.*\.ts$/.test(name)) continue;
  const file = join("packages", name);
  for (const word of new Set(declarationsOf(file)))
    declarations.set(word, [...(declarations.get(word) ?? []), file]);
}

/** Files that give a name a meaning each: those of a shared room count as one, those that borrow it as none. */
function meaningsOf(name: string, files: readonly string[]): string[] {
  const own = files.filter((file) => !borrowed.some((b) => b.names.includes(name) && b.room.test(file)));
  const room = shared.find((s) => s.names.includes(name))?.room;
  return own.filter((file, i) => !room?.test(file) || own.findIndex((f) => room.test(f)) === i);
}

test("an exported name has one meaning in all packages", () => {
  expect(declarations.size).toBeGreaterThan(1000);
  const twice = [...declarations].flatMap(([name, files]) => {
    const meanings = meaningsOf(name, files);
    return meanings.length > 1 ? [`${name} is declared by ${meanings.join(" and by ")}`] : [];
  });
  expect(twice).toEqual([]);
});

test("files apart give a name two meanings, those of a shared room one", () => {
  const experiment = (name: string) => `packages/experiments/src/experiments/${name}/report.ts`;
  const core = "packages/hardgrad/src/objective.ts";
  expect(meaningsOf("evaluate", [experiment("vae"), experiment("gated")])).toHaveLength(1);
  expect(meaningsOf("evaluate", [core, experiment("vae"), experiment("gated")])).toHaveLength(2);
  expect(meaningsOf("stepOf", [experiment("vae"), experiment("gated")])).toHaveLength(2);
  expect(meaningsOf("sign", [core, "packages/onnx/src/simplify/piecewise.ts"])).toEqual([core]);
});

test.each([...shared, ...borrowed])("still needed: $why", ({ room, names }) => {
  const idle = names.filter((name) => {
    const files = declarations.get(name) ?? [];
    return files.length < 2 || !files.some((file) => room.test(file));
  });
  expect(idle).toEqual([]);
});
