import type { AnyFigure } from "../figures/index.ts";
import { type AnyState, defaults, MOST_SEED, MOST_TICKS, readValue, written } from "./state.ts";

/** What a link says of a figure: its state, and how many ticks it has done. */
export interface Place {
  readonly state: AnyState;
  readonly ticks: number;
  /** Whether the address says anything of it. */
  readonly given: boolean;
}

type Shown = Pick<AnyFigure, "id" | "controls" | "first">;

const whole = (text: string | null, most: number): number | undefined =>
  text !== null && /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;

/** Reads `?neuron.slope=3&neuron.seed=7&neuron.ticks=12`; what it can't have is as if it were not there. */
export function readPlace({ id, controls, first }: Shown, query: URLSearchParams): Place {
  const values = Object.entries(controls).flatMap(([name, control]) => {
    const text = query.get(`${id}.${name}`);
    const value = text === null ? undefined : readValue(control, text);
    return value === undefined ? [] : [[name, value] as const];
  });
  const seed = whole(query.get(`${id}.seed`), MOST_SEED);
  const ticks = whole(query.get(`${id}.ticks`), MOST_TICKS);
  return {
    state: { ...defaults(controls), ...Object.fromEntries(values), seed: seed ?? 0 },
    ticks: ticks ?? first,
    given: values.length > 0 || seed !== undefined || ticks !== undefined,
  };
}

/** The query with the place of one figure in it, what it says of others unchanged; defaults are left out. */
export function writePlace(
  { id, controls, first }: Shown,
  { state, ticks }: Omit<Place, "given">,
  query: URLSearchParams,
): URLSearchParams {
  const kept = [...query].filter(([name]) => !name.startsWith(`${id}.`));
  const own = Object.entries(controls)
    .map(([name, control]) => [name, written(control, state[name]!), written(control, control.default)])
    .filter(([, now, usual]) => now !== usual)
    .map(([name, now]) => [`${id}.${name}`, now!]);
  if (state.seed !== 0) own.push([`${id}.seed`, String(state.seed)]);
  if (ticks !== first) own.push([`${id}.ticks`, String(ticks)]);
  return new URLSearchParams([...kept, ...own] as [string, string][]);
}
