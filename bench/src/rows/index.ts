import { unknownName } from "@hardgrad/cli/internal/ask/suggest";
import { classifierRow } from "./classifier.ts";
import { exactRow } from "./exact.ts";
import { routedRow } from "./routed.ts";
import type { Row } from "./row.ts";
import { vaeRows } from "./vae.ts";

/** The rows of the race, in the order of the table. */
export const rows: readonly Row[] = [classifierRow, ...vaeRows, routedRow, exactRow];

export function findRow(id: string): Row {
  const found = rows.find((row) => row.id === id);
  if (!found) throw unknownName("row", id, rows.map((row) => row.id)); // biome-ignore format: one thought
  return found;
}
