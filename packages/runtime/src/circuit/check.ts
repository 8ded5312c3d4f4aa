import type { Circuit, LogicGate } from "./circuit.ts";

const longest = 2 ** 20;
const mostWires = 2 ** 24;

/** A circuit can't be used: the message says why in one sentence. */
export class CircuitError extends Error {
  override readonly name: string = "CircuitError";
}

/** The circuit with its logic gates in an order in which each reads earlier wires only. @throws CircuitError */
export function checkedCircuit(circuit: Circuit): Circuit {
  if (typeof circuit !== "object" || circuit === null)
    refuse(`it is ${show(circuit)}, but must be an object { inputs, thresholds, gates, classes }`);
  const { inputs, thresholds, gates, classes, meta } = circuit;
  if (!isWhole(inputs, longest) || inputs < 1)
    refuse(`inputs is ${show(inputs)}, but must be a whole number from 1 to ${longest}`);
  for (const [name, list] of Object.entries({ thresholds, gates, classes }))
    if (!Array.isArray(list)) refuse(`${name} is ${show(list)}, but must be a list`);
  if (meta !== undefined && (typeof meta !== "object" || meta === null)) refuse("meta is not an object");
  const wires = thresholds.length + gates.length;
  if (wires > mostWires) refuse(`it has ${wires} wires, but at most ${mostWires} are possible`);
  checkThresholds(circuit);
  checkGates(circuit);
  checkClasses(circuit, wires);
  return ordered(circuit);
}

function checkThresholds({ inputs, thresholds }: Circuit): void {
  for (const [i, threshold] of thresholds.entries()) {
    if (!Array.isArray(threshold) || threshold.length !== 2)
      refuse(`threshold ${i} is ${show(threshold)}, but must be [pixel, above]`);
    const [pixel, above] = threshold;
    if (!isWhole(pixel, inputs - 1))
      refuse(`threshold ${i} reads pixel ${show(pixel)}, but pixels go from 0 to ${inputs - 1}`);
    if (typeof above !== "number" || !Number.isFinite(Math.fround(above)))
      refuse(`threshold ${i} is at ${show(above)}, but must be a finite number`);
  }
}

function checkGates({ thresholds, gates }: Circuit): void {
  const wires = thresholds.length + gates.length;
  for (const [i, gate] of gates.entries()) {
    if (!Array.isArray(gate) || gate.length !== 3)
      refuse(`gate ${i} is ${show(gate)}, but must be [operation, wire, wire]`);
    const [operation, ...read] = gate;
    if (!isWhole(operation, 15))
      refuse(`gate ${i} has operation ${show(operation)}, but operations are whole numbers from 0 to 15`);
    for (const wire of read) {
      if (!isWhole(wire, wires - 1))
        refuse(
          `gate ${i} reads wire ${show(wire)}, which is not there: the ${wires} wires go from 0 to ${wires - 1}`,
        );
      if (wire === thresholds.length + i) refuse(`gate ${i} reads itself (wire ${wire})`);
    }
  }
}

function checkClasses({ gates, classes }: Circuit, wires: number): void {
  if (classes.length < 1 || classes.length > 65536)
    refuse(`it has ${classes.length} classes, but must have 1 to 65536`);
  for (const [i, entry] of classes.entries()) {
    if (typeof entry !== "object" || entry === null || !Array.isArray(entry.wires))
      refuse(`class ${i} is ${show(entry)}, but must be { wires: [...] }`);
    const { plus } = entry;
    if (plus !== undefined && !isWhole(plus, mostWires))
      refuse(`class ${i} adds ${show(plus)}, but plus must be a whole number from 0 to ${mostWires}`);
    for (const wire of entry.wires)
      if (!isWhole(wire, wires - 1))
        refuse(
          `class ${i} counts wire ${show(wire)}, which is not there: the ${wires} wires go from 0 to ${wires - 1}`,
        );
    if (entry.wires.length === 0 && plus === undefined && classes.length > gates.length)
      refuse(
        `it has ${classes.length} classes, more than its ${gates.length} gates, and class ${i} counts nothing`,
      );
  }
}

/** Depth first: a logic gate comes after those that it reads. Refuses a cycle. */
function ordered(circuit: Circuit): Circuit {
  const { thresholds, gates, classes } = circuit;
  const first = thresholds.length;
  if (gates.every(([, a, b], i) => a < first + i && b < first + i)) return circuit;
  const place = new Int32Array(gates.length).fill(-1);
  const open = new Uint8Array(gates.length);
  const order: number[] = [];
  const stack: number[] = [];
  for (let root = 0; root < gates.length; root++) {
    stack.push(root);
    while (stack.length > 0) {
      const gate = stack.at(-1)!;
      if (place[gate] !== -1) {
        stack.pop();
        continue;
      }
      const before = [gates[gate]![1] - first, gates[gate]![2] - first].filter(
        (read) => read >= 0 && place[read] === -1,
      );
      if (before.length === 0) {
        place[gate] = order.push(gate) - 1;
        stack.pop();
        continue;
      }
      open[gate] = 1;
      const again = before.find((read) => open[read]);
      if (again !== undefined)
        refuse(`it has a cycle: gate ${again} reads its own output through gate ${gate}`);
      stack.push(...before);
    }
  }
  const moved = (wire: number): number => (wire < first ? wire : first + place[wire - first]!);
  return {
    ...circuit,
    gates: order.map((gate): LogicGate => {
      const [operation, a, b] = gates[gate]!;
      return [operation, moved(a), moved(b)];
    }),
    classes: classes.map((entry) => ({ ...entry, wires: entry.wires.map(moved) })),
  };
}

const isWhole = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function refuse(why: string): never {
  throw new CircuitError(`This circuit can't be used: ${why}.`);
}
