import type { Circuit, CircuitClass, LogicGate, Threshold } from "../../src/circuit/index.ts";
import { generator } from "../reference.ts";

export interface Shape {
  readonly inputs: number;
  readonly thresholds: number;
  readonly gates: number;
  readonly classes: number;
  /** Wires that classes count, all together. */
  readonly counted: number;
  /** How far back logic gates read: small makes deep circuits (default: anywhere). */
  readonly reach?: number;
}

/** A circuit with all 16 operations, gates that read one wire twice, unread ones, wires counted twice and empty classes. */
export function randomCircuit(shape: Shape, seed: number): Circuit {
  const random = generator(seed);
  const whole = (below: number): number => Math.floor(((random() + 1) / 2) * below);
  const { inputs, gates, classes, counted, reach = Number.POSITIVE_INFINITY } = shape;
  const thresholds = Array.from(
    { length: shape.thresholds },
    (): Threshold => [whole(inputs), [31, 127, 223, -1, 254.5, 255][whole(6)]!],
  );
  const list: LogicGate[] = [];
  for (let i = 0; i < gates; i++) {
    const wires = thresholds.length + i;
    const wire = (): number => wires - 1 - whole(Math.min(wires, reach));
    list.push([whole(16), wire(), wire()]);
  }
  const groups: number[][] = Array.from({ length: classes }, () => []);
  const wires = thresholds.length + gates;
  // The last class stays empty, if there are several.
  for (let i = 0; i < counted; i++) groups[whole(Math.max(1, classes - 1))]!.push(whole(wires));
  return {
    inputs,
    thresholds,
    gates: list,
    classes: groups.map((group, i): CircuitClass => ({ wires: group, plus: i % 3 })),
  };
}

/** Images of bytes; extreme values are as frequent as others. */
export function randomImages(inputs: number, images: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = generator(seed);
  return Uint8Array.from({ length: inputs * images }, () => {
    const value = random();
    return value < -0.5 ? 0 : value > 0.5 ? 255 : Math.floor((value + 0.5) * 256);
  });
}

/** The class with the highest score of each image, the first of equals. */
export function bestOf(scores: ArrayLike<number>, classes: number): number[] {
  return Array.from({ length: scores.length / classes }, (_, image) => {
    let best = 0;
    for (let i = 1; i < classes; i++)
      if (scores[image * classes + i]! > scores[image * classes + best]!) best = i;
    return best;
  });
}
