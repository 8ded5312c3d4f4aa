import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Circuit,
  circuitAiger,
  circuitBinaryAiger,
  circuitBlif,
  circuitVerilog,
} from "@hardgrad/runtime/circuit";

/** Logic synthesis tools of others, on netlists that are written to a folder. */

/** ABC under the names that it is packaged by. */
const abcNames = ["abc", "yosys-abc", "berkeley-abc"];

const answers = (program: string, ...args: string[]): boolean => spawnSync(program, args).error === undefined;

export const abc: string | undefined = abcNames.find((name) => answers(name, "-q", "quit"));
export const yosys: string | undefined = answers("yosys", "-V") ? "yosys" : undefined;
export const icarus: string | undefined = answers("iverilog", "-V") ? "iverilog" : undefined;

function ask(program: string, folder: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28, stdio: "pipe" });
}
const askAbc = (folder: string, commands: string): string => ask(abc!, folder, "-c", commands);
const askYosys = (folder: string, commands: string): string => ask(yosys!, folder, "-p", commands);

/** Writes the circuit as `circuit.v`, `.blif`, `.aag` and `.aig`, and the Verilog's gates alone as `gates.v`. */
export function writeNetlists(circuit: Circuit, folder: string): void {
  const verilog = circuitVerilog(circuit);
  writeFileSync(join(folder, "circuit.v"), verilog);
  writeFileSync(join(folder, "gates.v"), gatesOnly(circuit, verilog));
  writeFileSync(join(folder, "circuit.blif"), circuitBlif(circuit));
  writeFileSync(join(folder, "circuit.aag"), circuitAiger(circuit));
  writeFileSync(join(folder, "circuit.aig"), circuitBinaryAiger(circuit));
}

/** The gates of the Verilog without its adders: outputs are the bits that classes count, as in BLIF and AIGER. */
function gatesOnly({ thresholds, classes }: Circuit, verilog: string): string {
  const name = (wire: number): string => (wire < thresholds.length ? `x[${wire}]` : `w${wire}`);
  const outputs = classes.flatMap(({ wires }, i) => wires.map((wire, j) => ({ to: `class${i}_${j}`, wire })));
  return [
    "module gates(",
    `  input [${thresholds.length - 1}:0] x,`,
    outputs.map(({ to }) => `  output ${to}`).join(",\n"),
    ");",
    ...verilog.split("\n").filter((line) => /^ {2}wire w\d+ = /.test(line)),
    ...outputs.map(({ to, wire }) => `  assign ${to} = ${name(wire)};`),
    "endmodule",
    "",
  ].join("\n");
}

/** Whether ABC proves two files of a folder to be the same functions of the same inputs. */
export function proven(folder: string, one: string, other: string): boolean {
  const text = askAbc(folder, `cec -T 600 ${one} ${other}`);
  const [same, different] = [/are equivalent/.test(text), /NOT EQUIVALENT/.test(text)];
  if (same === different) throw new Error(`ABC says neither that ${one} and ${other} are the same nor that they differ: ${text}`); // biome-ignore format: one thought
  return same;
}

/** What Yosys reads in the gates of the Verilog, as `verilog.aig`. */
export const graphOfVerilog = (folder: string): string =>
  askYosys(folder, "read_verilog gates.v; techmap; aigmap; opt_clean; write_aiger -symbols verilog.aig");

/** What Yosys reads in ASCII AIGER, as `read.aig`. */
export const graphOfAiger = (folder: string): string =>
  askYosys(folder, "read_aiger circuit.aag; write_aiger -symbols read.aig");

/** Nodes of the and-inverter graph that ABC reads in a file, and after it has rewritten them. */
export function andNodes(
  folder: string,
  file: string,
): { readonly read: number; readonly rewritten: number } {
  const text = askAbc(folder, `read ${file}; strash; print_stats; dc2; dc2; dc2; print_stats`);
  const [read, rewritten] = [...text.matchAll(/and = *(\d+)/g)].map(([, n]) => Number(n)) as [number, number];
  return { read, rewritten };
}

/** Gates of two inputs, and inverters, after ABC has rewritten the BLIF and mapped it to all such gates, as Yosys runs it. */
export function mappedGates(folder: string): { readonly gates: number; readonly inverters: number } {
  const text = askYosys(
    folder,
    "read_blif circuit.blif; techmap; abc -g AND,NAND,OR,NOR,XOR,XNOR,ANDNOT,ORNOT; opt_clean; stat",
  );
  const cells = [...text.slice(text.lastIndexOf("Number of cells")).matchAll(/\$_([A-Z]+)_ +(\d+)/g)];
  const inverters = cells.filter(([, name]) => name === "NOT").reduce((sum, [, , n]) => sum + Number(n), 0);
  return { gates: cells.reduce((sum, [, , n]) => sum + Number(n), 0) - inverters, inverters };
}

/** Class scores and the class of examples of bits, by the Verilog as Icarus simulates it: a row each. */
export function simulated(
  circuit: Circuit,
  folder: string,
  examples: readonly (readonly number[])[],
): number[][] {
  const { thresholds, classes } = circuit;
  const ports = [...classes.map((_, i) => `score_${i}`), "best"];
  const show = `$display("${ports.map(() => "%0d").join(" ")}", ${ports.join(", ")});`;
  const bench = [
    "module bench;",
    `  reg [${thresholds.length - 1}:0] x;`,
    `  wire [31:0] ${ports.join(", ")};`,
    `  circuit c(.x(x), ${ports.map((port) => `.${port}(${port})`).join(", ")});`,
    "  initial begin",
    ...examples.map((bits) => `    x = ${bits.length}'b${[...bits].reverse().join("")}; #1 ${show}`),
    "  end",
    "endmodule",
    "",
  ];
  writeFileSync(join(folder, "bench.v"), bench.join("\n"));
  ask("iverilog", folder, "-o", "simulation", "circuit.v", "bench.v");
  const lines = ask("vvp", folder, "-n", "simulation").trim().split("\n");
  return lines.map((line) => line.split(" ").map(Number));
}
