import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import type { Controls, Figure, Look, Start, State, Tools } from "../figures/contract.ts";
import { lookOf } from "../figures/look.ts";
import { defaults } from "../frame/state.ts";

export const tools: Tools = {
  device: "wasm",
  asset: async (path) => Uint8Array.from(readFileSync(new URL(`../public/${path}`, import.meta.url))).buffer,
  progress: () => {},
  signal: new AbortController().signal,
};

/** The default state with some values changed. */
export const stateOf = <T extends Controls>(
  figure: Figure<T, never>,
  changed: { readonly [name: string]: unknown } = {},
): State<T> => ({ ...defaults(figure.controls), ...changed }) as State<T>;

/** The data of a figure after some ticks. */
export async function played<T extends Controls, Data>(
  start: Start<T, Data>,
  state: State<T>,
  ticks: number,
): Promise<Data> {
  const course = await start(state, tools);
  try {
    for (let i = 0; i < ticks; i++) await course.tick();
    return await course.data();
  } finally {
    course.end();
  }
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");

export const look = (width: number, dark = false): Look =>
  lookOf(document as unknown as Document, width, dark);

/** The picture of some data at three widths, on light and dark ground. */
export function drawn<T extends Controls, Data>(
  figure: Figure<T, Data>,
  data: Data,
  state: State<T>,
): string[] {
  return [320, 760, 1100].flatMap((width) =>
    [false, true].map((dark) => figure.draw(data, state, look(width, dark)).outerHTML),
  );
}

/** What no text on the page may contain. */
export const BROKEN = /NaN|undefined|Infinity|\[object/;

/** The lines that the code which is copied prints, run by Node as it stands. */
export function printed(code: string): string[] {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split("\n");
}
