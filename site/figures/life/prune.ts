import { type Circuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import { ROWS, type Table, tableOf } from "./rule.ts";

/** Fewer gates for the same answers to all neighbourhoods, by enumeration. */

const WORDS = ROWS / 32;

/** Of every wire. Cells are its only thresholds. */
export function tablesOf({ thresholds, gates }: Circuit): Table[] {
  const tables = thresholds.map(([cell]) => tableOf((row) => ((row >> cell) & 1) === 1));
  for (const [operation, a, b] of gates) tables.push(applied(operation, tables[a]!, tables[b]!));
  return tables;
}

function applied(operation: number, a: Table, b: Table): Table {
  const [f00, f01, f10, f11] = [8, 4, 2, 1].map((digit) => (operation & digit ? -1 : 0)) as [
    number,
    number,
    number,
    number,
  ];
  return a.map((x, i) => {
    const y = b[i]!;
    return (~x & ~y & f00) | (~x & y & f01) | (x & ~y & f10) | (x & y & f11);
  });
}

/** The answers to all neighbourhoods: of the last class, which counts one wire or is a constant. */
export function answersOf(circuit: Circuit, tables: readonly Table[]): Table {
  const { wires, plus = 0 } = circuit.classes.at(-1)!;
  return wires.length > 0 ? tables[wires[0]!]! : tableOf(() => plus > 0);
}

/** Neighbourhoods for which a gate matters to the answer. */
function mattersFor(circuit: Circuit, tables: readonly Table[], gate: number): Table {
  const first = circuit.thresholds.length;
  const now = [...tables];
  now[first + gate] = tables[first + gate]!.map((x) => ~x);
  for (let i = gate + 1; i < circuit.gates.length; i++) {
    const [operation, a, b] = circuit.gates[i]!;
    if (now[a] !== tables[a] || now[b] !== tables[b]) now[first + i] = applied(operation, now[a]!, now[b]!);
  }
  const after = answersOf(circuit, now);
  return answersOf(circuit, tables).map((x, i) => x ^ after[i]!);
}

/** The operation of two wires that gives what is wanted wherever it matters, if there is one. */
function operationFor(wanted: Table, matters: Table, a: Table, b: Table): number | undefined {
  let [ones, zeros] = [0, 0];
  for (let i = 0; i < WORDS; i++) {
    const [x, y, m, w] = [a[i]!, b[i]!, matters[i]!, wanted[i]!];
    const parts = [~x & ~y & m, ~x & y & m, x & ~y & m, x & y & m];
    for (let p = 0; p < 4; p++) {
      if (parts[p]! & w) ones |= 8 >> p;
      if (parts[p]! & ~w) zeros |= 8 >> p;
    }
    if (ones & zeros) return undefined;
  }
  return ones;
}

/** One gate less, if one gate can be another function of wires before it. */
function smaller(circuit: Circuit): Circuit | undefined {
  const tables = tablesOf(circuit);
  const first = circuit.thresholds.length;
  for (let gate = circuit.gates.length - 1; gate >= 0; gate--) {
    const matters = mattersFor(circuit, tables, gate);
    for (let b = 0; b < first + gate; b++)
      for (let a = 0; a <= b; a++) {
        const operation = operationFor(tables[first + gate]!, matters, tables[a]!, tables[b]!);
        if (operation === undefined) continue;
        const gates = circuit.gates.with(gate, [operation, a, b]);
        const now = simplifyCircuit({ ...circuit, gates });
        if (now.gates.length < circuit.gates.length) return now;
      }
  }
  return undefined;
}

/** Replaces gates by functions of earlier wires, as long as no answer changes and gates become fewer. */
export function pruned(circuit: Circuit): Circuit {
  let now = simplifyCircuit(circuit);
  for (let next: Circuit | undefined = now; next; next = smaller(now)) now = next;
  return now;
}
