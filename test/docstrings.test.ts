import { fileURLToPath } from "node:url";
import * as compiler from "@hardgrad/compiler";
import * as experiments from "@hardgrad/experiments";
import * as onnx from "@hardgrad/onnx";
import * as runtime from "@hardgrad/runtime";
import * as circuit from "@hardgrad/runtime/circuit";
import * as measure from "@hardgrad/runtime/measure";
import * as threads from "@hardgrad/runtime/threads";
import { defaultDevice, init } from "@jax-js/jax";
import * as hardgrad from "hardgrad";
import { describe, expect, test } from "vitest";
import { docstringsOf, faultsOf, tagsOf } from "./docstrings.ts";
import { noBlas } from "./native.ts";
import { circuitScope, compilerScope, hardgradScope, onnxScope, runtimeScope } from "./preludes.ts";
import { experimentsScope } from "./preludes-experiments.ts";
import { numbersIn, runExample, type Scope, valueSaid } from "./run-example.ts";

await init("wasm");
defaultDevice("wasm");

interface Package {
  readonly name: string;
  readonly index: string;
  readonly api: object;
  readonly scope: (name: string) => Scope;
}

const packages: readonly Package[] = [
  { name: "hardgrad", index: "index", api: hardgrad, scope: hardgradScope },
  { name: "onnx", index: "index", api: onnx, scope: () => onnxScope },
  { name: "compiler", index: "index", api: compiler, scope: () => compilerScope },
  { name: "experiments", index: "index", api: experiments, scope: experimentsScope },
  { name: "runtime", index: "index", api: runtime, scope: () => runtimeScope },
  { name: "runtime", index: "circuit/index", api: circuit, scope: () => circuitScope },
  { name: "runtime", index: "measure", api: measure, scope: () => runtimeScope },
  { name: "runtime", index: "threads", api: threads, scope: () => runtimeScope },
];

/** Convolutions take minutes without a BLAS, and some examples name the device. */
const onNative = ["assess", "parametersIn", "readerOf", "timeTasks", "trainClassifier"];
const missingFor = (name: string): string => (onNative.includes(name) ? noBlas : "");

async function check(code: string, scope: Scope): Promise<void> {
  for (const { name, said, value } of await runExample(code, scope)) {
    expect(numbersIn(value).filter(Number.isNaN), `NaN in ${name ?? code}`).toEqual([]);
    const expected = valueSaid(said);
    if (expected === undefined) continue;
    const found = plain(value);
    const [a, b] = [numbersIn(found), numbersIn(expected)];
    expect(shapeOf(found), `${code}: the shape of the value`).toEqual(shapeOf(expected));
    a.forEach((number, i) => {
      expect(Math.abs(number - b[i]!), `${code}: ${a}`).toBeLessThan(1e-4 * (1 + Math.abs(b[i]!)));
    });
  }
}

/** An array of jax-js as nested lists. */
const plain = (value: unknown): unknown =>
  value !== null && typeof value === "object" && "js" in value ? (value as { js(): unknown }).js() : value;

/** A value with 0 in place of every number. */
const shapeOf = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(plain(value), (_, v) =>
      ArrayBuffer.isView(v) ? Array.from(v as Float32Array) : typeof v === "number" ? 0 : v,
    ),
  );

describe("an example is refused that", () => {
  const scope = hardgradScope("rloo");
  for (const [what, code] of [
    ["throws", "np.matmul(x, x);"],
    ["names what does not exist", "const h = thorough(q);"],
    ["gives NaN", "const y = np.log(np.array([1, -1]));"],
    ["gives NaN in a record", "const y = { a: [np.log(np.array([-1]))] };"],
    ["says another value", "sigmoid(np.array([0])); // [0.6]"],
    ["says another shape", "sigmoid(np.array([0])); // [0.5, 0.5]"],
  ] as const)
    test(what, () => expect(check(code, scope)).rejects.toThrow());
});

describe("examples of the catalogue", () => {
  for (const entry of hardgrad.catalogue)
    test(entry.id, () => check(hardgrad.exampleOf(entry), hardgradScope(entry.name)));
});

for (const { name, index, api, scope } of packages) {
  const file = new URL(`../packages/${name}/src/${index}.ts`, import.meta.url);
  const entries = docstringsOf(fileURLToPath(file));
  describe(`${name}/${index}`, () => {
    test("every export is documented, every function has an example, and citations have a tag of their own", () => {
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.flatMap((e) => faultsOf(e, (api as { [name: string]: unknown })[e.name]))).toEqual([]);
    });
    for (const entry of entries)
      for (const { text } of tagsOf(entry.doc ?? "").filter(({ tag }) => tag === "example"))
        test.skipIf(missingFor(entry.name))(
          `the example of ${entry.name} runs${missingFor(entry.name)}`,
          () => check(text, scope(entry.name)),
        );
  });
}
