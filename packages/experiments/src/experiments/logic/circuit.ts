import type { Circuit, LogicGate, Threshold } from "@hardgrad/runtime/circuit";
import { type DataForm, exampleSize } from "../../contract/dataset.ts";
import { largestIn } from "./largest-in.ts";
import { gatesPerLayer, thresholdsOf } from "./network.ts";
import type { LogicSettings } from "./options.ts";

/** An array of a run. */
interface Values {
  readonly data: ArrayLike<number>;
}

/** The network with every choice made: the most probable one, the first of equals. */
export function circuitOf(
  params: { readonly [name: string]: Values },
  settings: LogicSettings,
  { shape, classes }: DataForm,
): Circuit {
  const borders = thresholdsOf(settings);
  const size = exampleSize(shape);
  const thresholds = Array.from(
    { length: size * borders.length },
    (_, wire): Threshold => [Math.floor(wire / borders.length), borders[wire % borders.length]!],
  );
  const perLayer = gatesPerLayer(settings);
  const gates: LogicGate[] = [];
  let first = 0;
  for (let i = 0; i < settings.layers; i++) {
    const read = params[`read${i}`]!.data;
    const candidates = read.length / (2 * perLayer);
    const wires = params[`wires${i}`]?.data;
    const wire = (input: number): number => {
      const choice = wires ? largestIn(wires, input * candidates, candidates) : 0;
      return first + read[input * candidates + choice]!;
    };
    for (let gate = 0; gate < perLayer; gate++)
      gates.push([largestIn(params[`gates${i}`]!.data, 16 * gate, 16), wire(gate), wire(perLayer + gate)]);
    first = thresholds.length + i * perLayer;
  }
  const group = perLayer / classes.length;
  return {
    inputs: size,
    thresholds,
    gates,
    classes: classes.map((_, i) => ({
      wires: Array.from({ length: group }, (__, j) => first + i * group + j),
    })),
  };
}
