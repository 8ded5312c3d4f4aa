import type { CircuitState } from "./controls.ts";

/** What the course trains, for it and for the code that a visitor copies. */

/** Digits drawn by code: so many to learn from, so many to ask. */
export const digits = { train: 3000, test: 1000 } as const;

export const settingsOf = ({
  gates,
  layers,
  confidence,
}: Pick<CircuitState, "gates" | "layers" | "confidence">) =>
  ({
    gates,
    layers,
    confidence,
    bits: 1,
    shifts: 0,
    scale: layers === 1 ? 5 : 4,
    batch: 64,
    epochs: 20,
  }) as const;
