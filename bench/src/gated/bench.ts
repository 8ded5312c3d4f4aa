import { loadavg } from "node:os";
import { machine } from "@hardgrad/cli/internal/run-folder/environment";
import { useDevice } from "@hardgrad/experiments";
import { installed } from "../versions.ts";
import type { Clock } from "./interleave.ts";
import { benchKernels } from "./kernels.ts";
import { benchBits, benchZeros } from "./layers.ts";
import { benchNetworks, benchThreads } from "./networks.ts";
import { pairsOf } from "./pairs.ts";
import { benchPeers } from "./peers.ts";
import type { Comparison, GatedPart, GatedResults } from "./results.ts";
import { benchTraining } from "./training.ts";
import { warmUp } from "./warm-up.ts";

export interface GatedPlan {
  readonly parts: readonly GatedPart[];
  /** HARD=FLOAT,...: runs. */
  readonly pairs: string | undefined;
  readonly peers: readonly string[];
  readonly python: string | undefined;
  readonly rounds: number;
  readonly clock: Clock;
  readonly quick: boolean;
}

/** Every part in turn, in this process and on one thread, but for the part that measures two. */
export async function benchGated(plan: GatedPlan, narrate: (line: string) => void): Promise<GatedResults> {
  const { parts, rounds, clock, quick } = plan;
  const comparisons: Comparison[] = [];
  const notes: string[] = [];
  const common = {
    rounds,
    clock,
    quick,
    add: (comparison: Comparison) => void comparisons.push(comparison),
    note: (sentence: string) => {
      notes.push(sentence);
      narrate(sentence);
    },
  };
  const needsPairs = parts.some((part) => ["networks", "threads", "peers"].includes(part));
  const [load] = loadavg() as [number, number, number];
  await useDevice("wasm");
  await warmUp();
  const pairs = needsPairs ? await pairsOf(plan.pairs) : [];
  const measure: { readonly [part in GatedPart]: () => Promise<void> } = {
    kernels: () => benchKernels(common),
    zeros: () => benchZeros(common),
    bits: () => benchBits(common),
    networks: () => benchNetworks(pairs, common),
    threads: () => benchThreads(pairs, common),
    peers: () => benchPeers(pairs, plan.peers, plan.python, common),
    training: () => benchTraining("native", common),
  };
  for (const part of parts) {
    narrate(`measuring ${part}`);
    await measure[part]();
  }
  return {
    ...machine(),
    versions: installed("native"),
    clock,
    rounds,
    load,
    pairs: pairs.map(({ networks: _networks, x: _x, ...pair }) => pair),
    comparisons,
    notes,
  };
}
