import type { Layer, UnitName } from "./layers.ts";
import * as L from "./layout.ts";
import { foldBits, packPanels, packRows, packSignRows } from "./pack.ts";
import { type Path, paths } from "./paths.ts";
import type { PlacedLayer, Placement } from "./placement.ts";

const kinds: { readonly [kind in Layer["kind"]]: number } = {
  linear: L.KIND_LINEAR,
  gated: L.KIND_GATED,
  bits: L.KIND_BITS,
  gate: L.KIND_GATE,
  unit: L.KIND_UNIT,
  softmax: L.KIND_SOFTMAX,
  argmax: L.KIND_ARGMAX,
};

const units: { readonly [id in Exclude<UnitName, object> | Extract<UnitName, object>["id"]]: number } = {
  identity: L.UNIT_IDENTITY,
  relu: L.UNIT_RELU,
  step: L.UNIT_STEP,
  sign: L.UNIT_SIGN,
  ternary: L.UNIT_TERNARY,
  clip: L.UNIT_CLIP,
  round: L.UNIT_ROUND,
  tanh: L.UNIT_TANH,
  sigmoid: L.UNIT_SIGMOID,
  sqrt: L.UNIT_SQRT,
};

/** Writes the program and the packed weights. */
export function writeProgram(memory: ArrayBufferLike, placement: Placement, path: Path): void {
  const words = new Uint32Array(memory);
  const last = placement.values.at(-1)!;
  const header = new DataView(memory, placement.program, L.HEADER_BYTES);
  const set = (at: number, value: number): void => header.setUint32(at, value, true);
  set(L.HEADER_OPS, placement.layers.length);
  set(L.HEADER_INPUTS, placement.values[0]!.length);
  set(L.HEADER_INPUT_STRIDE, placement.values[0]!.stride);
  set(L.HEADER_OUTPUTS, last.length);
  set(L.HEADER_OUTPUT, last.offset);
  set(L.HEADER_OUTPUT_STRIDE, last.stride);
  set(L.HEADER_LISTS, placement.lists);
  set(L.HEADER_WIDTH, placement.width);
  set(L.HEADER_GROUPS, placement.groups);
  set(L.HEADER_PANELS, placement.panelList);
  for (let p = 0; p < placement.panels; p++) words[placement.panelList / 4 + p] = p;
  for (const [index, placed] of placement.layers.entries()) {
    writeOperation(memory, placement, placed, index, path);
    writeWeights(memory, placed);
  }
}

function writeOperation(
  memory: ArrayBufferLike,
  placement: Placement,
  placed: PlacedLayer,
  index: number,
  path: Path,
): void {
  const { layer } = placed;
  const view = new DataView(memory, placement.program + L.HEADER_BYTES + index * L.OP_BYTES, L.OP_BYTES);
  const set = (at: number, value: number): void => view.setInt32(at, value, true);
  const setFloat = (at: number, value: number): void => view.setFloat32(at, value, true);
  const x = placement.values[placed.input]!;
  const y = placement.values[index + 1]!;
  const unitGated = layer.kind === "gated" && layer.block === 1;
  set(L.OP_KIND, unitGated ? L.KIND_UNIT_GATED : kinds[layer.kind]);
  set(L.OP_X, x.offset);
  set(L.OP_X_STRIDE, x.stride);
  set(L.OP_Y, y.offset);
  set(L.OP_Y_STRIDE, y.stride);
  set(L.OP_INPUTS, placed.inputs);
  set(L.OP_OUTPUTS, placed.outputs);
  set(L.OP_PANELS, placed.panels);
  set(L.OP_WEIGHT, placed.weight);
  set(L.OP_WIDE, placed.wide);
  set(L.OP_BIAS, placed.bias);
  set(L.OP_ROWS, placed.rows);
  set(L.OP_ROW_BYTES, placed.rowBytes);
  set(L.OP_SCALE, placed.scale);
  set(L.OP_PATH, paths.indexOf(path));
  set(L.OP_TAKEN, placement.taken + index * 4);
  let flags = 0;
  if (layer.kind === "gate") {
    if (layer.scaled) flags |= L.FLAG_SCALED;
    if ("top" in layer.open) set(L.OP_TOP, layer.open.top);
    else {
      set(L.OP_TOP, -1);
      setFloat(L.OP_THRESHOLD, layer.open.above);
    }
  }
  if (layer.kind === "gated") {
    const gates = placement.values[layer.gates]!;
    set(L.OP_GATES, gates.offset);
    set(L.OP_GATES_STRIDE, gates.stride);
    set(L.OP_GROUPS, gates.length);
    set(L.OP_BLOCK, layer.block / 8);
    if (placed.outputs * placed.inputs * 4 > L.MIDDLE_BYTES) flags |= L.FLAG_FAR;
    if ((placement.layers[layer.gates - 1]!.layer as { readonly scaled?: boolean }).scaled)
      flags |= L.FLAG_SCALED;
  }
  if (layer.kind === "bits" && layer.binary === "step") flags |= L.FLAG_STEP;
  set(L.OP_FLAGS, flags);
  const unit = ("unit" in layer ? layer.unit : undefined) ?? "identity";
  if (typeof unit === "string") set(L.OP_UNIT, units[unit]);
  else {
    set(L.OP_UNIT, units[unit.id]);
    if (unit.id === "clip") {
      setFloat(L.OP_UNIT_A, unit.slope);
      setFloat(L.OP_UNIT_B, unit.offset);
      setFloat(L.OP_UNIT_LOW, unit.low);
      setFloat(L.OP_UNIT_HIGH, unit.high);
    } else setFloat(L.OP_UNIT_A, unit.id === "round" ? unit.levels : unit.threshold);
  }
}

function writeWeights(memory: ArrayBufferLike, placed: PlacedLayer): void {
  const { layer, inputs, outputs, panels, weight, wide, rows, rowBytes, bias, scale } = placed;
  const floats = (at: number, length: number): Float32Array => new Float32Array(memory, at, length);
  if (layer.kind === "linear" || layer.kind === "gated") {
    packPanels(layer.weight, inputs, outputs, 8, floats(weight, panels * inputs * 8));
    if (wide)
      packPanels(layer.weight, inputs, outputs, 32, floats(wide, Math.ceil(panels / 4) * inputs * 32));
    if (rows) packRows(layer.weight, inputs, outputs, rowBytes / 4, floats(rows, outputs * (rowBytes / 4)));
    if (layer.bias) floats(bias, outputs).set(layer.bias);
  } else if (layer.kind === "bits") {
    packSignRows(layer.signs, inputs, outputs, rowBytes, new Uint8Array(memory, rows, outputs * rowBytes));
    foldBits(layer, inputs, floats(scale, outputs), floats(bias, outputs));
  }
}
