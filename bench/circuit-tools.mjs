// Has Yosys and ABC read a circuit's netlists, proves them to be the same, and sets the gates they count beside ours.
// Needs yosys and ABC (Debian: yosys, berkeley-abc) and `npm run build`.
//   node bench/circuit-tools.mjs FILE.hardgrad ... [--out FILE.json]
import "./sentence.mjs";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "@hardgrad/cli/internal/ask/errors";
import { circuitStatistics, evaluateCircuit, readCircuitFile } from "@hardgrad/runtime/circuit";
import * as tools from "./dist/circuit/tools.js";

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" } },
});
if (!tools.yosys || !tools.abc) throw new Failure("circuit-tools needs yosys and ABC (Debian: apt install yosys berkeley-abc)."); // biome-ignore format: one thought

/** Whether Icarus computes our scores and classes from the Verilog, for examples at random. */
function simulation(circuit) {
  if (!tools.icarus) return {};
  const EXAMPLES = 100;
  let state = 1;
  const bit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 31;
  };
  const bits = Array.from({ length: EXAMPLES }, () => circuit.thresholds.map(bit));
  const onBits = {
    ...circuit,
    inputs: circuit.thresholds.length,
    thresholds: circuit.thresholds.map((_, i) => [i, 0]),
  };
  const scores = evaluateCircuit(onBits, Uint8Array.from(bits.flat()));
  const rows = tools.simulated(circuit, folder, bits);
  const classes = circuit.classes.length;
  const same = rows.every((row, n) => {
    const own = [...scores.subarray(n * classes, (n + 1) * classes)];
    return String(row) === String([...own, own.indexOf(Math.max(...own))]);
  });
  return {
    [`scores and classes of ${EXAMPLES} examples by the Verilog in Icarus, and ours`]:
      rows.length === EXAMPLES && same,
  };
}

const folder = mkdtempSync(join(tmpdir(), "hardgrad-tools-"));
const rows = files.map((file) => {
  const circuit = readCircuitFile(new Uint8Array(readFileSync(file)));
  tools.writeNetlists(circuit, folder);
  tools.graphOfAiger(folder);
  tools.graphOfVerilog(folder);
  const { gates, depth, operations } = circuitStatistics(circuit);
  return {
    gates,
    depth,
    xors: (operations["a xor b"] ?? 0) + (operations["a xnor b"] ?? 0),
    equal: {
      "BLIF and binary AIGER (ABC)": tools.proven(folder, "circuit.blif", "circuit.aig"),
      "ASCII AIGER, read by Yosys, and BLIF": tools.proven(folder, "read.aig", "circuit.blif"),
      "gates of the Verilog, read by Yosys, and BLIF": tools.proven(folder, "verilog.aig", "circuit.blif"),
      ...simulation(circuit),
    },
    andNodes: tools.andNodes(folder, "circuit.aig"),
    mapped: tools.mappedGates(folder),
    data: circuit.meta?.data ?? null,
  };
});
rmSync(folder, { recursive: true });
const record = {
  command: `node bench/circuit-tools.mjs ${files.map(() => "FILE.hardgrad").join(" ")}`,
  date: new Date().toISOString().slice(0, 10),
  yosys: execFileSync(tools.yosys, ["-V"], { encoding: "utf8" }).trim(),
  rows,
};
if (flags.out) writeFileSync(flags.out, `${JSON.stringify(record, undefined, 2)}\n`);
console.log(JSON.stringify(record, undefined, 2));
if (rows.some(({ equal }) => !Object.values(equal).every(Boolean))) process.exitCode = 1;
