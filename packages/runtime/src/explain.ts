import type { Machine } from "./machine.ts";
import { type Path, paths } from "./paths.ts";

/** What one layer did for the examples given. */
export interface LayerReport {
  /** Its place in the network. */
  readonly layer: number;
  readonly kind: string;
  /** Linear and gated layers: the share of the examples that took each path. */
  readonly paths?: { readonly [path in Exclude<Path, "auto">]?: number };
  /** Gate layers: the share of gates that were open. */
  readonly rate?: number;
}

/** Adds up, after each run of the first thread's scratch, what its layers did. */
export function tallyLayers({ memory, placement }: Machine): {
  add(examples: number): void;
  reports(): LayerReport[];
} {
  const taken = new Int32Array(memory.buffer, placement.scratch + placement.taken, placement.layers.length);
  const counts = placement.layers.map((): Record<string, number> => ({}));
  const open = placement.layers.map(() => 0);
  let total = 0;
  return {
    add(examples) {
      total += examples;
      for (const [index, { layer, weight }] of placement.layers.entries()) {
        if (weight) {
          const path = paths[taken[index]!]!;
          counts[index]![path] = (counts[index]![path] ?? 0) + examples;
        } else if (layer.kind === "gate") {
          const { offset, length, stride } = placement.values[index + 1]!;
          for (let i = 0; i < examples; i++) {
            const gates = new Float32Array(memory.buffer, placement.scratch + offset + i * stride, length);
            for (const gate of gates) if (gate !== 0) open[index]!++;
          }
        }
      }
    },
    reports: () =>
      placement.layers.map(({ layer, weight, outputs }, index) => ({
        layer: index,
        kind: layer.kind,
        ...(weight ? { paths: shares(counts[index]!, total) } : {}),
        ...(layer.kind === "gate" ? { rate: open[index]! / (total * outputs) } : {}),
      })),
  };
}

function shares(counts: Record<string, number>, total: number): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([path, count]) => [path, count / total]));
}
