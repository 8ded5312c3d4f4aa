/** Small pictures on the pad, along each side. */
export const MAP = 5;

/** A digit that was drawn on request, with its slant and its weight. */
export interface Drawn {
  readonly digit: number;
  /** 28 x 28 grey values, 0 the background. */
  readonly pixels: Uint8Array;
  /** How far it leans to the right, in degrees. */
  readonly slant: number;
  /** The mean grey value, a fraction: how bold it is. */
  readonly weight: number;
}

export interface DigitsData {
  /** The style: a point of the pad. */
  readonly at: readonly [number, number];
  readonly digits: readonly Drawn[];
  /** One digit in the styles of a grid of points, row by row from the top left. */
  readonly map: readonly Uint8Array[];
  /** Of a generator that learns here: steps done and to do, and the loss of the last steps, in nats per picture. */
  readonly training?: { readonly step: number; readonly of: number; readonly loss: number | undefined };
}

/** Where small picture n stands on the pad, from -1 to 1 in both directions. */
export const placeOf = (n: number): readonly [number, number] => [
  ((n % MAP) / (MAP - 1)) * 2 - 1,
  1 - (Math.floor(n / MAP) / (MAP - 1)) * 2,
];
