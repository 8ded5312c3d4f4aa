import type { AnyFigure } from "../figures/index.ts";
import type { Beginning } from "./protocol.ts";
import { type AnyState, defaults } from "./state.ts";

/** What a figure's run begins with: as it is without an address, unless told. */
export const beginningOf = (
  figure: AnyFigure,
  state: AnyState = defaults(figure.controls),
  ticks: number = figure.first,
): Beginning => ({ figure: figure.id, state, ticks, early: figure.early ?? 1 });
