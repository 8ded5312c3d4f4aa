import { checkedCircuit } from "./check.ts";
import { type Circuit, logicOutput } from "./circuit.ts";

/**
 * The scores of every class by the definition, one bit after the other: the reference for everything faster.
 *
 * @param pixels `[images * inputs]`.
 * @returns scores `[images * classes]`.
 * @throws CircuitError for a circuit that can't be used.
 * @throws RangeError for pixels that are no whole number of images.
 * @example
 * const scores = evaluateCircuit(circuit, Uint8Array.of(0, 255)); // [1]
 */
export function evaluateCircuit(circuit: Circuit, pixels: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const { inputs, thresholds, gates, classes } = checkedCircuit(circuit);
  if (pixels.length % inputs !== 0)
    throw new RangeError(
      `evaluateCircuit: ${pixels.length} numbers given, but one image has ${inputs}: give a whole number of images.`,
    );
  const images = pixels.length / inputs;
  const scores = new Uint32Array(images * classes.length);
  const bits = new Uint8Array(thresholds.length + gates.length);
  for (let image = 0; image < images; image++) {
    for (const [i, [pixel, above]] of thresholds.entries())
      bits[i] = pixels[image * inputs + pixel]! > above ? 1 : 0;
    for (const [i, [operation, a, b]] of gates.entries())
      bits[thresholds.length + i] = logicOutput(operation, bits[a]!, bits[b]!);
    for (const [i, { wires, plus = 0 }] of classes.entries()) {
      let score = plus;
      for (const wire of wires) score += bits[wire]!;
      scores[image * classes.length + i] = score;
    }
  }
  return scores;
}
