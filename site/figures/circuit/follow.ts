import { type Circuit, circuitPart } from "@hardgrad/runtime/circuit";

/** A gate that is followed back. */
export interface Followed {
  readonly class: number;
  /** Its place in the row of its class, and its wire. */
  readonly place: number;
  readonly wire: number;
  /** What it depends on. */
  readonly part: Circuit;
}

/** The gate at a place of the wall, rows from the top. */
export function followed(circuit: Circuit, [x, y]: readonly [number, number]): Followed | undefined {
  const row = Math.min(circuit.classes.length - 1, Math.floor((1 - y) * circuit.classes.length));
  const { wires } = circuit.classes[row]!;
  if (wires.length === 0) return undefined;
  const longest = Math.max(...circuit.classes.map((entry) => entry.wires.length));
  const place = Math.min(wires.length - 1, Math.floor(x * longest));
  return { class: row, place, wire: wires[place]!, part: circuitPart(circuit, [wires[place]!]) };
}

/** How often the gates of a class read each pixel. */
export function pixelsOfClass(circuit: Circuit, row: number): Float64Array {
  const counts = new Float64Array(circuit.inputs);
  const first = circuit.thresholds.length;
  const wires = [...circuit.classes[row]!.wires];
  for (let wire = wires.pop(); wire !== undefined; wire = wires.pop()) {
    if (wire < first) counts[circuit.thresholds[wire]![0]]!++;
    else wires.push(...circuit.gates[wire - first]!.slice(1));
  }
  return counts;
}
