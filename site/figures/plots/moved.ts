import type { Look } from "../contract.ts";
import { shape } from "./svg.ts";

/** Parts of a picture, moved together. */
export const moved = (look: Look, x: number, y: number, ...parts: readonly SVGElement[]): SVGElement =>
  shape(look.document, "g", { transform: `translate(${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100})` }, ...parts); // biome-ignore format: one thought
