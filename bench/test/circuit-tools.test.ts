import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Circuit, LogicGate } from "@hardgrad/runtime/circuit";
import { circuitBlif, evaluateCircuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import { afterAll, describe, expect, test } from "vitest";
import { abc, andNodes, graphOfAiger, graphOfVerilog, icarus, mappedGates, proven, simulated, writeNetlists, yosys } from "../src/circuit/tools.ts"; // biome-ignore format: one thought

const folder = mkdtempSync(join(tmpdir(), "hardgrad-tools-"));
afterAll(() => rmSync(folder, { recursive: true }));

const BITS = 12;
/** All 16 operations on many pairs of wires, in layers that read each other. */
const gates = Array.from({ length: 160 }, (_, i): LogicGate => {
  const wires = BITS + 16 * (i >> 4);
  return [i % 16, (i * 7 + 3) % wires, (i * 11 + 5) % wires];
});
const circuit: Circuit = {
  inputs: BITS,
  thresholds: Array.from({ length: BITS }, (_, i) => [i, 0] as const),
  gates,
  classes: [0, 1, 2].map((c) => ({
    wires: Array.from({ length: 40 }, (_, i) => BITS + 40 + 40 * c + i),
    plus: c,
  })),
};
const forms = [
  ["as it is", circuit],
  ["simplified", simplifyCircuit(circuit)],
] as const;
const both = yosys !== undefined && abc !== undefined;

describe.skipIf(!both)(`tools of others${both ? "" : " (no yosys and ABC here)"}`, () => {
  test.each(forms)("read the same functions in every netlist of the circuit, %s", (_, form) => {
    writeNetlists(form, folder);
    graphOfAiger(folder);
    graphOfVerilog(folder);
    for (const file of ["circuit.aig", "read.aig", "verilog.aig"])
      expect(proven(folder, file, "circuit.blif"), file).toBe(true);
  });

  test("tell a circuit of which one gate differs", () => {
    writeNetlists(circuit, folder);
    const at = circuit.classes[2]!.wires[10]! - BITS;
    const changed = gates.with(at, [15 - gates[at]![0], gates[at]![1], gates[at]![2]]);
    writeFileSync(join(folder, "other.blif"), circuitBlif({ ...circuit, gates: changed }));
    expect(proven(folder, "other.blif", "circuit.aig")).toBe(false);
  });

  test("count what is left", () => {
    const three: Circuit = {
      inputs: 3,
      thresholds: [0, 1, 2].map((i) => [i, 0] as const),
      // (x0 and x1) xor x2, and an inverter that Yosys counts by itself.
      gates: [
        [1, 0, 1],
        [6, 3, 2],
        [12, 1, 0],
      ],
      classes: [{ wires: [4] }, { wires: [5] }],
    };
    writeNetlists(three, folder);
    expect(mappedGates(folder)).toEqual({ gates: 2, inverters: 1 });
    // AND and the three of XOR.
    for (const file of ["circuit.aig", "circuit.blif"]) expect(andNodes(folder, file).read, file).toBe(4);
  });
});

test.skipIf(!icarus)(`Icarus simulates the Verilog${icarus ? "" : " (no iverilog here)"}`, () => {
  writeNetlists(circuit, folder);
  const examples = Array.from({ length: 20 }, (_, n) => Array.from({ length: BITS }, (__, i) => ((n * 37 + 11) >> i % 6) & 1)); // biome-ignore format: one thought
  const scores = evaluateCircuit(circuit, Uint8Array.from(examples.flat()));
  expect(simulated(circuit, folder, examples).map((row) => row.slice(0, 3))).toEqual(
    examples.map((_, n) => [...scores.subarray(3 * n, 3 * n + 3)]),
  );
});
