import { readFrame, refuseFile, writeFrame } from "../frame.ts";
import { checkedCircuit, refuse } from "./check.ts";
import type { Circuit, CircuitClass, LogicGate, Threshold } from "./circuit.ts";

/**
 * A circuit in a runtime file. The header says how many there are of everything, and at which values thresholds are; the
 * data are whole numbers of 7 bits a byte, the lowest first (LEB128): of each threshold pixel times the number of values,
 * plus the place of its value; of each logic gate 16 a + operation, then b; of each class how many wires, and the wires in
 * ascending order, each as its distance from the one before.
 */
interface CircuitHeader {
  readonly values: readonly number[];
  readonly thresholds: number;
  readonly gates: number;
  /** The constant of each class. */
  readonly plus: readonly number[];
}

/**
 * Writes a circuit as one file for the runtime; 8,000 logic gates take about 50 KB.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.hardgrad", writeCircuitFile(circuit));
 */
export function writeCircuitFile(given: Circuit): Uint8Array<ArrayBuffer> {
  const { inputs, thresholds, gates, classes, meta = {} } = checkedCircuit(given);
  const values = [...new Set(thresholds.map(([, above]) => above))].sort((a, b) => a - b);
  const data: number[] = [];
  for (const [pixel, above] of thresholds) push(data, pixel * values.length + values.indexOf(above));
  for (const [operation, a, b] of gates) {
    push(data, a * 16 + operation);
    push(data, b);
  }
  for (const { wires } of classes) {
    push(data, wires.length);
    let last = 0;
    for (const wire of wires.toSorted((a, b) => a - b)) {
      push(data, wire - last);
      last = wire;
    }
  }
  const circuit: CircuitHeader = {
    values,
    thresholds: thresholds.length,
    gates: gates.length,
    plus: classes.map(({ plus = 0 }) => plus),
  };
  return writeFrame("writeCircuitFile", { inputs, circuit, meta }, data.length, (bytes) => bytes.set(data));
}

/**
 * Reads a circuit from a runtime file.
 *
 * @throws RuntimeFileError for a file that is truncated, damaged or holds a network of layers, and CircuitError for a
 * circuit that can't be used, in one sentence.
 * @example
 * const circuit = readCircuitFile(new Uint8Array(readFileSync("circuit.hardgrad")));
 */
export function readCircuitFile(bytes: Uint8Array): Circuit {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`readCircuitFile: bytes is a ${typeof bytes}, but must be a Uint8Array.`);
  const { header, dataStart } = readFrame(bytes);
  const { inputs, circuit, layers, meta } = (header ?? {}) as { readonly [key: string]: unknown };
  if (layers !== undefined) refuseFile("it holds a network of layers: load it with loadRuntime");
  const { values, thresholds, gates, plus } = (circuit ?? {}) as Partial<CircuitHeader>;
  if (!Array.isArray(values) || !Array.isArray(plus) || !isCount(thresholds) || !isCount(gates))
    refuseFile("its header has no circuit");
  const reader = new Reader(bytes.subarray(dataStart));
  const result: Circuit = {
    inputs: inputs as number,
    thresholds: reader.list(thresholds, (): Threshold => {
      const code = reader.next();
      return [Math.floor(code / values.length), values[code % values.length]!];
    }),
    gates: reader.list(gates, (): LogicGate => {
      const code = reader.next();
      return [code % 16, Math.floor(code / 16), reader.next()];
    }),
    classes: plus.map((constant): CircuitClass => {
      let last = 0;
      const wires = reader.list(reader.next(), () => {
        last += reader.next();
        return last;
      });
      return { wires, plus: constant };
    }),
    meta: meta as { readonly [key: string]: unknown },
  };
  reader.end();
  return checkedCircuit(result);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function push(data: number[], value: number): void {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) data.push((rest % 128) + 128);
  data.push(rest);
}

/** Reads numbers of 7 bits a byte; refuses to read beyond the end. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) refuse("its data end too early");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return refuse("its data hold a number of more than 49 bits");
  }

  list<T>(length: number, item: () => T): T[] {
    if (length > this.#bytes.length - this.#at) refuse("its data end too early");
    return Array.from({ length }, item);
  }

  end(): void {
    if (this.#at !== this.#bytes.length)
      refuse(`its lists end at byte ${this.#at} of the data, which has ${this.#bytes.length}`);
  }
}
