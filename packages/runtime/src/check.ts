import type { BitsLayer, GatedLayer, GateLayer, Layer, LinearLayer, Network, UnitName } from "./layers.ts";

/** Longest value and most layers; beyond them it is no network for this runtime but a broken size. */
const longest = 2 ** 20;
const mostLayers = 1000;

/** A network whose sizes fit and whose weights are finite. */
export interface CheckedNetwork {
  readonly network: Network;
  /** Length of every value: of the input, then of each layer's output. */
  readonly lengths: readonly number[];
}

/** @throws RangeError in one sentence for a network that does not fit itself. */
export function checked(network: Network): CheckedNetwork {
  return { network, lengths: checkNetwork(network) };
}

/** Length of every value: of the input, then of each layer's output. Throws a RangeError with one sentence. */
function checkNetwork(network: Network): number[] {
  const { inputs, layers } = network;
  if (!isSize(inputs, longest))
    fail(`inputs is ${show(inputs)}, but must be a whole number from 1 to ${longest}.`);
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > mostLayers)
    fail(`layers must be a list of 1 to ${mostLayers} layers.`);
  const lengths = [inputs];
  for (const [index, layer] of layers.entries()) {
    if (typeof layer !== "object" || layer === null)
      fail(`layer ${index} is ${show(layer)}, but must be an object.`);
    const at = `layer ${index} (${show(layer.kind)})`;
    lengths.push(checkLayer(at, layer, inputOf(layer, index, at), lengths, layers));
  }
  return lengths;
}

/** Which value the layer reads. */
export function inputOf(layer: Layer, index: number, at = `layer ${index}`): number {
  const input = layer.input ?? index;
  if (!isIndex(input, index))
    fail(`${at}: input is ${show(input)}, but must be 0 (the network's input) to ${index}.`);
  return input;
}

function checkLayer(
  at: string,
  layer: Layer,
  input: number,
  lengths: readonly number[],
  layers: readonly Layer[],
): number {
  const length = lengths[input]!;
  switch (layer.kind) {
    case "linear":
      checkAffine(at, layer, length);
      return layer.outputs;
    case "gated":
      checkAffine(at, layer, length);
      checkGates(at, layer, lengths, layers);
      return layer.outputs;
    case "bits":
      checkBits(at, layer, length);
      return layer.outputs;
    case "gate":
      checkGate(at, layer, length);
      return length;
    case "unit":
      checkUnit(at, layer.unit);
      return length;
    case "softmax":
      return length;
    case "argmax":
      return 1;
    default:
      return fail(`${at}: the kinds of layer are linear, gate, gated, bits, unit, softmax and argmax.`);
  }
}

function checkAffine(at: string, layer: LinearLayer | GatedLayer, inputs: number): void {
  checkOutputs(at, layer.outputs);
  checkFloats(
    at,
    "weight",
    layer.weight,
    inputs * layer.outputs,
    `${inputs} inputs times ${layer.outputs} outputs`,
  );
  if (layer.bias !== undefined) checkFloats(at, "bias", layer.bias, layer.outputs, "one per output");
  checkUnit(at, layer.unit ?? "identity");
}

function checkGates(
  at: string,
  layer: GatedLayer,
  lengths: readonly number[],
  layers: readonly Layer[],
): void {
  const { gates, block, outputs } = layer;
  if (!isIndex(gates, lengths.length - 1) || layers[gates - 1]?.kind !== "gate")
    fail(
      `${at}: gates is ${show(gates)}, but must name the value of an earlier gate layer (its place plus 1).`,
    );
  if (!isSize(block, longest) || (block !== 1 && block % 8 !== 0))
    fail(`${at}: block is ${show(block)}, but must be 1 or a multiple of 8.`);
  const needed = Math.ceil(outputs / block);
  if (lengths[gates] !== needed)
    fail(
      `${at}: ${outputs} outputs in blocks of ${block} need ${needed} gates, but there are ${lengths[gates]}.`,
    );
}

function checkBits(at: string, layer: BitsLayer, inputs: number): void {
  const { outputs, signs, scale, bias, binary = "sign" } = layer;
  checkOutputs(at, outputs);
  const bytes = Math.ceil(inputs / 8) * outputs;
  if (!(signs instanceof Uint8Array) || signs.length !== bytes)
    fail(
      `${at}: signs must be ${bytes} bytes, ${outputs} rows of ${inputs} bits, but has ${show(signs?.length)}.`,
    );
  if (scale !== undefined) checkFloats(at, "scale", scale, outputs, "one per output");
  if (bias !== undefined) checkFloats(at, "bias", bias, outputs, "one per output");
  if (binary !== "sign" && binary !== "step")
    fail(`${at}: binary is ${show(binary)}, but must be "sign" or "step".`);
  checkUnit(at, layer.unit ?? "identity");
}

function checkGate(at: string, layer: GateLayer, length: number): void {
  const { open, scaled = false } = layer;
  if (typeof scaled !== "boolean") fail(`${at}: scaled is ${show(scaled)}, but must be true or false.`);
  if (typeof open !== "object" || open === null || "above" in open === "top" in open)
    fail(`${at}: open must be { above: threshold } or { top: count }.`);
  if ("above" in open && !isFloat(open.above))
    fail(`${at}: open.above is ${show(open.above)}, but must be a finite number.`);
  if ("top" in open && !isIndex(open.top, length))
    fail(`${at}: open.top is ${show(open.top)}, but must be a whole number from 0 to its ${length} gates.`);
}

const plainUnits = ["identity", "relu", "step", "sign", "tanh", "sigmoid", "sqrt"];
const parameters: { readonly [id: string]: readonly string[] } = {
  step: ["threshold"],
  ternary: ["threshold"],
  clip: ["slope", "offset", "low", "high"],
  round: ["levels"],
};

function checkUnit(at: string, unit: UnitName): void {
  if (typeof unit === "string" && plainUnits.includes(unit)) return;
  const needed =
    typeof unit === "object" && unit !== null && Object.hasOwn(parameters, unit.id)
      ? parameters[unit.id]!
      : null;
  if (!needed)
    fail(
      `${at}: unit ${show(unit)} is not known; units are ${plainUnits.join(", ")}, and objects with the id step, ternary, clip or round.`,
    );
  const values = unit as unknown as { readonly [name: string]: unknown };
  for (const name of needed)
    if (!isFloat(values[name]))
      fail(`${at}: ${name} of the unit is ${show(values[name])}, but must be a finite number.`);
  if (typeof unit !== "object") return;
  if (unit.id === "ternary" && unit.threshold < 0)
    fail(`${at}: threshold of ternary is ${unit.threshold}, but must not be below 0.`);
  if (unit.id === "clip" && unit.low > unit.high)
    fail(`${at}: clip has low ${unit.low} above high ${unit.high}.`);
  if (unit.id === "round" && !isSize(unit.levels, 65535))
    fail(`${at}: levels of round is ${unit.levels}, but must be a whole number from 1 to 65535.`);
}

function checkOutputs(at: string, outputs: number): void {
  if (!isSize(outputs, longest))
    fail(`${at}: outputs is ${show(outputs)}, but must be a whole number from 1 to ${longest}.`);
}

function checkFloats(at: string, name: string, values: Float32Array, length: number, why: string): void {
  if (!(values instanceof Float32Array) || values.length !== length)
    fail(`${at}: ${name} must be ${length} numbers (${why}), but has ${show(values?.length)}.`);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      fail(`${at}: ${name} holds ${values[i]} at position ${i}, but must be finite.`);
}

const isSize = (value: unknown, most: number): value is number => isIndex(value, most) && value > 0;
const isIndex = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isFloat = (value: unknown): boolean => typeof value === "number" && Number.isFinite(Math.fround(value));

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function fail(sentence: string): never {
  throw new RangeError(sentence);
}
