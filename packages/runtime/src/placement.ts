import { inputOf } from "./check.ts";
import type { Layer, Network } from "./layers.ts";
import * as L from "./layout.ts";

/** Where everything lies in the WebAssembly memory. Addresses in bytes; values are relative to a thread's scratch. */
export interface Placement {
  readonly program: number;
  /** A second program with one operation, to measure layers alone. */
  readonly probe: number;
  /** What threads agree by. */
  readonly control: number;
  readonly panelList: number;
  readonly panels: number;
  readonly layers: readonly PlacedLayer[];
  readonly values: readonly { readonly offset: number; readonly length: number; readonly stride: number }[];
  /** Where a thread notes the path that each layer took. */
  readonly taken: number;
  readonly lists: number;
  readonly width: number;
  readonly groups: number;
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly input: number;
  readonly output: number;
  readonly bytes: number;
}

export interface PlacedLayer {
  readonly layer: Layer;
  readonly input: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly panels: number;
  readonly weight: number;
  readonly rows: number;
  readonly rowBytes: number;
  readonly scale: number;
  readonly bias: number;
  /** Only where the input may hold many zeros. */
  readonly wide: number;
}

const align = (n: number): number => Math.ceil(n / 64) * 64;

/** Row length in bytes: an odd number of cache lines, so that rows side by side do not compete for the same cache sets. */
const spread = (bytes: number): number => {
  const lines = Math.ceil(bytes / 64);
  return (lines | 1) * 64;
};

const mostBytes = 2 ** 32 - 2 ** 16;

/**
 * Lays out the memory for a checked network.
 *
 * @param lengths of the values of a checked network.
 * @param listBytes the kernels' own count of what their lists need.
 * @param threads how many scratch areas.
 * @param slab how many examples the input and output areas hold.
 */
export function placeNetwork(
  network: Network,
  lengths: readonly number[],
  listBytes: (width: number, groups: number) => number,
  threads: number,
  slab: number,
): Placement {
  let end = 1024; // the kernels' own constants lie below
  const take = (bytes: number): number => {
    const at = end;
    end = align(end + bytes);
    return at;
  };
  const count = network.layers.length;
  const panelsOf = (n: number): number => Math.ceil(n / 8);
  const program = take(L.HEADER_BYTES + count * L.OP_BYTES);
  const probe = take(L.HEADER_BYTES + L.OP_BYTES);
  const control = take(L.CONTROL_BYTES);
  const width = Math.max(...lengths);
  const panels = panelsOf(width);
  const panelList = take(panels * 4);
  const layers = network.layers.map((layer, index): PlacedLayer => {
    const input = inputOf(layer, index);
    const inputs = lengths[input]!;
    const outputs = lengths[index + 1]!;
    const own = panelsOf(outputs);
    const affine = layer.kind === "linear" || layer.kind === "gated";
    const bits = layer.kind === "bits";
    const units = layer.kind === "gated" && layer.block === 1;
    const rowBytes = bits ? Math.ceil(inputs / 128) * 16 : units ? spread(inputs * 4) : 0;
    return {
      ...{ layer, input, inputs, outputs, panels: own, rowBytes },
      weight: affine ? take(own * inputs * 32) : 0,
      wide:
        affine && !units && (input === 0 || mayHoldZeros(network.layers[input - 1]!))
          ? take(Math.ceil(own / 4) * inputs * 128)
          : 0,
      rows: rowBytes ? take(own * 8 * rowBytes) : 0,
      scale: bits ? take(own * 32) : 0,
      bias: affine || bits ? take(own * 32) : 0,
    };
  });
  const groups = Math.max(
    1,
    ...network.layers.map((layer, i) => (layer.kind === "gate" ? lengths[i + 1]! : 1)),
  );
  let size = 0;
  const values = lengths.map((length) => {
    const stride = spread(length * 4);
    const offset = size;
    size = align(size + stride * L.CHUNK);
    return { offset, length, stride };
  });
  const taken = size;
  const lists = align(taken + count * 4);
  size = lists;
  // The kernels count in 32 bits, so look before asking them.
  if (end + size + (width + groups) * 1024 > mostBytes) tooLarge();
  const scratchBytes = align(size + listBytes(width, groups));
  const scratch = take(scratchBytes * threads);
  const input = take(slab * network.inputs * 4);
  const output = take(slab * lengths.at(-1)! * 4);
  if (end > mostBytes) tooLarge();
  return {
    ...{ program, probe, control, panelList, panels, layers, values, taken, lists, width, groups },
    ...{ scratch, scratchBytes, input, output, bytes: end },
  };
}

function tooLarge(): never {
  throw new RangeError("This network does not fit in the 4 GB of a WebAssembly memory.");
}

function mayHoldZeros(layer: Layer): boolean {
  if (layer.kind === "gated" || layer.kind === "gate") return true;
  if (layer.kind !== "linear" && layer.kind !== "unit" && layer.kind !== "bits") return false;
  const unit = layer.unit ?? "identity";
  return !["identity", "sign", "tanh", "sigmoid"].includes(unit as string);
}
