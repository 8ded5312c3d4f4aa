import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCircuitFile, readCircuitJson } from "@hardgrad/runtime/circuit";
import { beforeAll, expect, test } from "vitest";
import { hardgrad, scratch } from "../run.ts";

const cwd = scratch();
const at = (...path: string[]): string => join(cwd, ...path);
const small = "--train-size 300 --test-size 100 --batch 20 --epochs 1 --quiet".split(" ");
const circuit = (...flags: string[]) => hardgrad(["circuit", ...flags], { cwd });

beforeAll(async () => {
  for (const [run, flags] of Object.entries({
    run: "logic --gates 100 --candidates 4",
    other: "classifier --hidden 8",
  })) {
    const trained = await hardgrad(["train", ...flags.split(" "), ...small, "--out", run], { cwd });
    expect(trained.code, trained.stderr).toBe(0);
  }
});

test("the file for the runtime: simplified, equal to the network on every image, with where it is from", async () => {
  const { code, stdout, stderr } = await circuit("run");
  expect(code, stderr).toBe(0);
  expect(stdout.trim()).toBe(join("run", "export", "circuit.hardgrad"));
  expect(stderr).toMatch(/ 100 gates, simplified to \d+, depth 1, on \d+ bits of \d+ pixels/);
  expect(stderr).toMatch(
    /equal to the network on all 400 training and test images of drawn: accuracy .* in test/,
  );
  const { gates, meta, inputs } = readCircuitFile(
    new Uint8Array(readFileSync(at("run/export/circuit.hardgrad"))),
  );
  expect(gates.length).toBeGreaterThan(0);
  expect(inputs).toBe(784);
  expect(meta).toMatchObject({ experiment: "logic", data: "drawn", estimator: "straight-through-argmax" });
  const again = await circuit("run");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("exists; add --force");
});

test.each([
  ["json", "json", '"format": "hardgrad circuit"'],
  ["verilog", "v", "module circuit("],
  ["c", "c", "void circuit_classify("],
  ["blif", "blif", ".model circuit"],
  ["aiger", "aag", "aag "],
  ["binary-aiger", "aig", "aig "],
  ["dot", "dot", "digraph circuit {"],
  ["svg", "svg", "<svg "],
])("--format %s, and the same by the ending .%s", async (format, ending, begin) => {
  const named = await circuit("run", "--format", format, "--out", "netlists", "--quiet");
  expect(named.code, named.stderr).toBe(0);
  expect(named.stderr).toBe("");
  const text = readFileSync(at(`netlists/circuit.${ending}`), "utf8");
  expect(text).toContain(begin);
  const ended = await circuit("run", "--out", `mine.${ending}`, "--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(readFileSync(at(`mine.${ending}`), "utf8")).toBe(text);
  const report = JSON.parse(ended.stdout);
  expect(report).toMatchObject({ file: `mine.${ending}`, gates: 100, images: 400, differing: 0 });
  expect(report.bytes).toBe(statSync(at(`mine.${ending}`)).size);
  if (format === "json") expect(readCircuitJson(text).gates).toHaveLength(report.simplified.gates);
});

test("what can't be: one sentence, nothing written", async () => {
  const cases: [string[], number, RegExp][] = [
    [["run", "--format", "vhdl"], 2, /there is no format "vhdl"; known: runtime, json, verilog/],
    [["run", "--out", "a.v", "--format", "c"], 2, /--out a\.v ends in \.v and --format is c/],
    [["other"], 2, /other is a run of classifier, which has no circuit; logic has\./],
    [["nowhere"], 1, /cannot make the circuit of nowhere: it does not exist/],
  ];
  for (const [flags, code, sentence] of cases) {
    const result = await circuit(...flags);
    expect(result.stderr).toMatch(sentence);
    expect(result.code).toBe(code);
  }
  expect(existsSync(at("a.v"))).toBe(false);
  writeFileSync(at("file"), "");
  const blocked = await circuit("run", "--out", "file");
  expect(blocked.code).not.toBe(0);
  expect(blocked.stderr.trim().split("\n").at(-1)).toMatch(/file/);
  const exported = await hardgrad(["export", "run", "--format", "runtime"], { cwd });
  expect(exported.stderr).toContain("npx hardgrad circuit RUN writes it");
});
