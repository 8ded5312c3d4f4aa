import { type CheckedNetwork, checked } from "./check.ts";
import { align, readFrame, refuseFile, writeFrame } from "./frame.ts";
import type { Layer, Network } from "./layers.ts";

/** The fields of layers that hold arrays, in their order in the file. */
const arrays = ["weight", "signs", "scale", "bias"] as const;
type ArrayName = (typeof arrays)[number];

/**
 * Writes a network as one file.
 *
 * @throws RangeError for a network whose sizes do not fit, in one sentence.
 * @example
 * writeFileSync("network.hardgrad", writeRuntimeFile(network));
 */
export function writeRuntimeFile(network: Network): Uint8Array<ArrayBuffer> {
  checked(given(network, "writeRuntimeFile", "must be a network ({ inputs, layers })"));
  const parts: { readonly offset: number; readonly values: Float32Array | Uint8Array }[] = [];
  let end = 0;
  const layers = network.layers.map((layer) => {
    const entry: Record<string, unknown> = { ...layer };
    for (const name of arrays) {
      const values = (layer as { readonly [key in ArrayName]?: Float32Array | Uint8Array })[name];
      if (!values) continue;
      const offset = align(end);
      parts.push({ offset, values });
      end = offset + values.byteLength;
      entry[name] = { offset, length: values.length };
    }
    return entry;
  });
  const header = { inputs: network.inputs, layers, meta: network.meta ?? {} };
  return writeFrame("writeRuntimeFile", header, end, (data) => {
    for (const { offset, values } of parts)
      data.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
  });
}

/**
 * Reads a runtime file. Everything is checked against the length of the file before any of it is used.
 *
 * @throws RuntimeFileError, in one sentence, for a file that is truncated, damaged, of another version or does not fit itself.
 * @example
 * const { inputs, layers, meta } = readRuntimeFile(new Uint8Array(readFileSync("network.hardgrad")));
 */
export function readRuntimeFile(bytes: Uint8Array): Network {
  return readChecked(bytes).network;
}

function readChecked(bytes: Uint8Array): CheckedNetwork {
  if (!(bytes instanceof Uint8Array)) {
    const [what, way] = describe(bytes);
    throw new TypeError(`readRuntimeFile: bytes is ${what}, but must be a Uint8Array${way}.`);
  }
  const frame = readFrame(bytes);
  const { dataStart } = frame;
  const header = parseHeader(frame.header);
  // The arrays need an aligned start in memory; a view into the middle of a larger buffer may lack it.
  const file = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
  const data = file.subarray(dataStart);
  let end = 0;
  const take = (at: string, entry: unknown, size: number): { offset: number; length: number } => {
    const { offset, length } = (entry ?? {}) as { readonly offset?: unknown; readonly length?: unknown };
    if (offset !== align(end) || !Number.isSafeInteger(length) || (length as number) < 0)
      refuseFile(
        `${at} has offset ${String(offset)} and length ${String(length)}, but must begin at ${align(end)}`,
      );
    end = align(end) + (length as number) * size;
    if (end > data.length) refuseFile(`${at} ends at byte ${end} of the data, which has ${data.length}`);
    return { offset: data.byteOffset + align(end - (length as number) * size), length: length as number };
  };
  const layers = header.layers.map((given, index) => {
    if (typeof given !== "object" || given === null) refuseFile(`layer ${index} is not an object`);
    const layer: Record<string, unknown> = { ...given };
    for (const name of arrays) {
      if (layer[name] === undefined) continue;
      const { offset, length } = take(`${name} of layer ${index}`, layer[name], name === "signs" ? 1 : 4);
      layer[name] =
        name === "signs"
          ? new Uint8Array(data.buffer, offset, length)
          : new Float32Array(data.buffer, offset, length);
    }
    return layer as unknown as Layer;
  });
  if (end !== data.length) refuseFile(`its arrays end at byte ${end} of the data, which has ${data.length}`);
  try {
    return checked({ inputs: header.inputs, layers, meta: header.meta });
  } catch (error) {
    return refuseFile((error as Error).message.replace(/\.$/, ""));
  }
}

/** The network that a loader is given, as the bytes of a file or itself, checked: once, for it reads every weight. */
export function networkOf(file: Uint8Array | Network, caller: string): CheckedNetwork {
  if (file instanceof Uint8Array) return readChecked(file);
  const rule = "must be the bytes of a runtime file (a Uint8Array) or a network ({ inputs, layers })";
  return checked(given(file, caller, rule));
}

/** Refuses what is no network at all, and says what to do with what it is. */
function given(value: Network, caller: string, rule: string): Network {
  if (typeof value === "object" && value !== null && "inputs" in value && "layers" in value) return value;
  const [what, way] = describe(value);
  throw new TypeError(`${caller}: the first argument is ${what}, but ${rule}${way}.`);
}

function describe(value: unknown): [what: string, way: string] {
  if (typeof value === "string")
    return ["a text", "; read the file first, as in new Uint8Array(readFileSync(path))"];
  if (value instanceof ArrayBuffer) return ["an ArrayBuffer", "; wrap it, as in new Uint8Array(buffer)"];
  if (value instanceof Promise) return ["a promise", "; await it first"];
  if (typeof Response !== "undefined" && value instanceof Response)
    return ["a Response", "; take its bytes, as in new Uint8Array(await response.arrayBuffer())"];
  if (value === null || value === undefined) return [String(value), ""];
  if (Array.isArray(value)) return ["a list", ""];
  return [typeof value === "object" ? "another object" : `a ${typeof value}`, ""];
}

/** The header of a network; its arrays are `{ offset, length }` into the data, in order, each at the next multiple of 64. */
function parseHeader(header: unknown): {
  inputs: number;
  layers: unknown[];
  meta: { [key: string]: unknown };
} {
  const { inputs, layers, circuit, meta = {} } = (header ?? {}) as { readonly [key: string]: unknown };
  if (circuit !== undefined)
    refuseFile("it holds a circuit: load it with loadCircuit of @hardgrad/runtime/circuit");
  if (!Array.isArray(layers) || layers.length === 0) refuseFile("its header has no list of layers");
  if (typeof meta !== "object" || meta === null) refuseFile("meta in its header is not an object");
  return { inputs: inputs as number, layers, meta: meta as { [key: string]: unknown } };
}
