import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type Circuit,
  circuitAiger,
  circuitBinaryAiger,
  circuitBlif,
  circuitC,
  circuitDot,
  circuitPart,
  circuitSvg,
  circuitVerilog,
  evaluateCircuit,
  simplifyCircuit,
} from "../../src/circuit/index.ts";
import { bestOf, randomCircuit, randomImages } from "./random-circuit.ts";

const folder = mkdtempSync(join(tmpdir(), "hardgrad-circuit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const images = 150;
const circuits: readonly Circuit[] = [
  randomCircuit({ inputs: 20, thresholds: 30, gates: 300, classes: 5, counted: 200 }, 1),
  simplifyCircuit(randomCircuit({ inputs: 20, thresholds: 30, gates: 2500, classes: 5, counted: 900 }, 2)),
  // All of it deep, one class; nothing but constants.
  randomCircuit({ inputs: 4, thresholds: 6, gates: 90, classes: 1, counted: 9, reach: 4 }, 3),
  {
    inputs: 3,
    thresholds: [],
    gates: [],
    classes: [
      { wires: [], plus: 2 },
      { wires: [], plus: 4 },
    ],
  },
];
const pixelsOf = ({ inputs }: Circuit): Uint8Array => randomImages(inputs, images, 7);

test("the formats are tested on all operations", () => {
  expect(new Set(circuits[0]!.gates.map(([operation]) => operation)).size).toBe(16);
});

const found = (program: string): boolean => spawnSync(program, ["-V"]).error === undefined;
const compiler = ["gcc", "cc", "clang"].find((name) => spawnSync(name, ["--version"]).error === undefined);

test.skipIf(!compiler)(
  `C gives the scores and classes of the circuit${compiler ? "" : " (no C compiler here)"}`,
  () => {
    const main = `#include <stdio.h>
int main(void) {
  static CIRCUIT_PIXEL pixels[${images} * INPUTS];
  static uint32_t scores[${images} * CLASSES], classes[${images}];
  if (fread(pixels, sizeof pixels, 1, stdin) != 1) return 1;
  circuit_scores(pixels, ${images}, scores);
  circuit_classify(pixels, ${images}, classes);
  fwrite(scores, sizeof scores, 1, stdout);
  fwrite(classes, sizeof classes, 1, stdout);
  return 0;
}`;
    for (const [i, circuit] of circuits.entries())
      for (const floats of i === 0 ? [false, true] : [false]) {
        const source = join(folder, `circuit${i}.c`);
        writeFileSync(source, `${circuitC(circuit)}\n${main}`);
        const flags = [
          "-std=c99",
          "-Wall",
          "-Werror",
          ...(i < 3 ? [] : ["-Wno-unused-variable", "-Wno-type-limits"]),
        ];
        execFileSync(compiler!, [
          ...flags,
          ...(floats ? ["-DCIRCUIT_PIXEL=float"] : []),
          ...["-O1", "-o", join(folder, "circuit"), source],
        ]);
        const pixels = pixelsOf(circuit);
        const input = floats ? new Uint8Array(Float32Array.from(pixels).buffer) : pixels;
        const output = execFileSync(join(folder, "circuit"), {
          input,
          encoding: "buffer",
          maxBuffer: 2 ** 24,
        });
        const numbers = new Uint32Array(Uint8Array.from(output).buffer);
        const scores = evaluateCircuit(circuit, pixels);
        expect(numbers.subarray(0, scores.length)).toEqual(scores);
        expect([...numbers.subarray(scores.length)]).toEqual(bestOf(scores, circuit.classes.length));
      }
  },
);

/** The thresholds of an image as bits. */
const bitsOf = ({ inputs, thresholds }: Circuit, pixels: Uint8Array, image: number): number[] =>
  thresholds.map(([pixel, above]) => (pixels[image * inputs + pixel]! > above ? 1 : 0));

test("Verilog, its expressions computed here, gives the scores and the class", () => {
  for (const circuit of circuits) {
    const lines = circuitVerilog(circuit)
      .replaceAll(/\/\/.*$/gm, "")
      .replaceAll(/\n {4}/g, " ")
      .split("\n");
    const assignments = lines.flatMap((line) => {
      const match = /^ {2}(?:wire|assign) (?:\[\d+:0\] )?(\w+) = (.*);$/.exec(line);
      if (!match) return [];
      const one = /^ {2}wire w\d/.test(line);
      const code = match[2]!.replaceAll(/\d+'[bd](\d+)/g, "$1").replaceAll(/\bw\d+|\w+_\d+/g, "v.$&");
      return [`v.${match[1]} = ${one ? `(${code}) & 1` : `+(${code})`};`];
    });
    expect(assignments.length).toBeGreaterThanOrEqual(circuit.gates.length + circuit.classes.length + 1);
    const run = new Function("x", `const v = {}; ${assignments.join("\n")} return v;`) as (
      x: readonly number[],
    ) => { readonly [name: string]: number };
    const pixels = pixelsOf(circuit);
    const scores = evaluateCircuit(circuit, pixels);
    const best = bestOf(scores, circuit.classes.length);
    for (let image = 0; image < images; image++) {
      const values = run(bitsOf(circuit, pixels, image));
      for (let i = 0; i < circuit.classes.length; i++)
        expect(values[`score_${i}`]).toBe(scores[image * circuit.classes.length + i]);
      const name = lines.find((line) => line.includes("assign best = "))!.match(/best_\d+/)![0];
      expect(values[name]).toBe(best[image]);
    }
  }
});

test.skipIf(!found("iverilog"))(
  `Verilog simulated by Icarus gives the scores and the class${found("iverilog") ? "" : " (no iverilog here)"}`,
  () => {
    const circuit = circuits[0]!;
    const pixels = pixelsOf(circuit);
    const stimuli = Array.from(
      { length: images },
      (_, image) =>
        `    x = ${circuit.thresholds.length}'b${bitsOf(circuit, pixels, image).reverse().join("")}; #1 $display("${circuit.classes.map(() => "%0d").join(" ")} %0d", ${circuit.classes.map((__, i) => `s${i}`).join(", ")}, best);`,
    );
    const bench = `module bench;
  reg [${circuit.thresholds.length - 1}:0] x;
  ${circuit.classes.map((_, i) => `wire [15:0] s${i};`).join(" ")}
  wire [15:0] best;
  circuit c(.x(x), ${circuit.classes.map((_, i) => `.score_${i}(s${i})`).join(", ")}, .best(best));
  initial begin
${stimuli.join("\n")}
  end
endmodule`;
    writeFileSync(join(folder, "circuit.v"), `${circuitVerilog(circuit)}\n${bench}`);
    execFileSync("iverilog", ["-o", join(folder, "simulation"), join(folder, "circuit.v")]);
    const text = execFileSync("vvp", ["-n", join(folder, "simulation")], { encoding: "utf8" });
    const rows = text
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number));
    const scores = evaluateCircuit(circuit, pixels);
    expect(rows.flatMap((row) => row.slice(0, -1))).toEqual([...scores]);
    expect(rows.map((row) => row.at(-1))).toEqual(bestOf(scores, circuit.classes.length));
  },
);

/** What every class counts, from outputs with names like class3_17. */
function scoresFrom(circuit: Circuit, outputs: { readonly [name: string]: number }): number[] {
  const scores = circuit.classes.map(({ plus = 0 }) => plus);
  for (const [name, bit] of Object.entries(outputs)) scores[Number(/^class(\d+)_/.exec(name)![1])]! += bit;
  return scores;
}

/** A plain reader of BLIF: covers of single rows. */
function runBlif(text: string, x: readonly number[]): { readonly [name: string]: number } {
  const lines = text.replaceAll("\\\n", "").trim().split("\n");
  const values = new Map<string, number>(x.map((bit, i) => [`x[${i}]`, bit]));
  for (let at = 0; at < lines.length; at++) {
    const [word, ...names] = lines[at]!.trim().split(/\s+/);
    if (word !== ".names") continue;
    const to = names.pop()!;
    let bit = 0;
    for (; /^[01-]/.test(lines[at + 1] ?? ""); at++) {
      // A constant's row has no inputs.
      const row = lines[at + 1]!.split(" ").slice(0, -1).join("");
      if ([...row].every((digit, i) => digit === "-" || Number(digit) === values.get(names[i]!))) bit = 1;
    }
    values.set(to, bit);
  }
  const outputs = lines
    .find((line) => line.startsWith(".outputs"))!
    .trim()
    .split(/\s+/)
    .slice(1);
  return Object.fromEntries(outputs.map((name) => [name, values.get(name)!]));
}

/** A plain reader of ASCII AIGER. */
function runAiger(text: string, x: readonly number[]): { readonly [name: string]: number } {
  const lines = text.trim().split("\n");
  const [, variables, inputs, , outputs, ands] = lines[0]!.split(" ").map(Number) as number[];
  expect(variables).toBe(inputs! + ands!);
  const value = new Uint8Array(2 * variables! + 2);
  value[1] = 1;
  const put = (literal: number, bit: number): void => {
    value[literal] = bit;
    value[literal + 1] = 1 - bit;
  };
  for (let i = 0; i < inputs!; i++) put(Number(lines[1 + i]), x[i]!);
  const first = 1 + inputs! + outputs!;
  for (const line of lines.slice(first, first + ands!)) {
    const [to, a, b] = line.split(" ").map(Number) as [number, number, number];
    expect(to > a && a >= b).toBe(true);
    put(to, value[a]! & value[b]!);
  }
  const names = lines.filter((line) => /^o\d/.test(line)).map((line) => line.split(" ")[1]!);
  return Object.fromEntries(names.map((name, i) => [name, value[Number(lines[1 + inputs! + i])]!]));
}

/** The ASCII form of a binary AIGER file. */
function asciiOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  const [first] = text.split("\n", 1) as [string];
  const [, variables, inputs, latches, outputs, ands] = first.split(" ").map(Number) as number[];
  expect([first.slice(0, 4), latches]).toEqual(["aig ", 0]);
  const literals = text.split("\n", 1 + outputs!).slice(1);
  let at = [first, ...literals, ""].join("\n").length;
  const number = (): number => {
    let [value, shift] = [0, 0];
    for (; bytes[at]! > 127; at++, shift += 7) value |= (bytes[at]! & 127) << shift;
    return value | (bytes[at++]! << shift);
  };
  const lines = Array.from({ length: ands! }, (_, i) => {
    const to = 2 * (inputs! + i + 1);
    const a = to - number();
    return `${to} ${a} ${a - number()}`;
  });
  const numbers = Array.from({ length: inputs! }, (_, i) => 2 * (i + 1));
  const ascii = [`aag ${variables} ${inputs} 0 ${outputs} ${ands}`, ...numbers, ...literals, ...lines];
  return `${ascii.join("\n")}\n${text.slice(at)}`;
}

describe.each([
  ["BLIF", circuitBlif, runBlif],
  ["AIGER", circuitAiger, runAiger],
  ["binary AIGER", (circuit: Circuit) => asciiOf(circuitBinaryAiger(circuit)), runAiger],
] as const)("%s", (_, write, run) => {
  test("gives the bits that classes count", () => {
    for (const circuit of circuits.slice(0, 3)) {
      const text = write(circuit);
      const pixels = pixelsOf(circuit);
      const scores = evaluateCircuit(circuit, pixels);
      for (let image = 0; image < 40; image++)
        expect(scoresFrom(circuit, run(text, bitsOf(circuit, pixels, image)))).toEqual([
          ...scores.subarray(image * circuit.classes.length, (image + 1) * circuit.classes.length),
        ]);
    }
  });
});

test("BLIF has as few rows and inputs of an operation as there can be: ABC refuses a constant that has inputs", () => {
  const coverOf = (operation: number, b = 1): string => {
    const thresholds = [0, 1].map((pixel) => [pixel, 0] as const);
    const text = circuitBlif({
      inputs: 2,
      thresholds,
      gates: [[operation, 0, b]],
      classes: [{ wires: [2] }],
    });
    return text.slice(text.indexOf(".names"), text.indexOf(".names w2 class0_0")).replaceAll("\n", " | ");
  };
  expect([0, 1, 3, 6, 7, 10, 14, 15].map((operation) => coverOf(operation))).toEqual([
    ".names w2 | ",
    ".names x[0] x[1] w2 | 11 1 | ",
    ".names x[0] w2 | 1 1 | ",
    ".names x[0] x[1] w2 | 10 1 | 01 1 | ",
    ".names x[0] x[1] w2 | 1- 1 | -1 1 | ",
    ".names x[1] w2 | 0 1 | ",
    ".names x[0] x[1] w2 | 0- 1 | -0 1 | ",
    ".names w2 | 1 | ",
  ]);
  expect([6, 9, 7, 14].map((operation) => coverOf(operation, 0))).toEqual([
    ".names w2 | ",
    ".names w2 | 1 | ",
    ".names x[0] w2 | 1 1 | ",
    ".names x[0] w2 | 0 1 | ",
  ]);
});

test("drawings have every wire that is read, and labels for people", () => {
  const part: Circuit = {
    inputs: 4,
    thresholds: [
      [0, 127],
      [3, 127],
    ],
    gates: [
      [6, 0, 1],
      [2, 2, 0],
      [3, 2, 0],
    ],
    classes: [{ wires: [2, 3], plus: 1 }, { wires: [4] }],
  };
  const dot = circuitDot(part);
  expect(dot.match(/ -> /g)).toHaveLength(8);
  for (const text of ['label="XOR"', 'label="a AND NOT b"', 'label="pixel 3 > 127"', 'label="class 0 + 1"'])
    expect(dot).toContain(text);
  const svg = circuitSvg(part);
  expect(svg.match(/<path /g)).toHaveLength(8);
  expect(svg.match(/<rect /g)).toHaveLength(7);
  for (const text of [">XOR<", ">a AND NOT b<", ">pixel 3 &gt; 127<", ">class 0 + 1<"])
    expect(svg).toContain(text);
  expect(svg).not.toContain("NaN");
  expect(circuitSvg(circuits[3]!)).not.toContain("NaN");
  expect(circuitSvg(circuitPart(circuits[0]!, [329]))).toMatch(/^<svg .*<\/svg>\n$/s);
});
