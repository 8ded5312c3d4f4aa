import { loadRuntime, type Runtime } from "@hardgrad/runtime";
import { loadThreaded } from "@hardgrad/runtime/threads";
import { interleave, timed } from "./interleave.ts";
import { turnsOf } from "./layers.ts";
import type { NetworkPair } from "./pairs.ts";
import { agree } from "./random.ts";
import type { GatedBench } from "./results.ts";

/** Probabilities from sums of thousands of terms in another order. */
export const SAME = 1e-4;

/** Whole networks, gater included: the hard one against its float twin, computed densely, and with zero pixels skipped. */
export async function benchNetworks(pairs: readonly NetworkPair[], bench: GatedBench): Promise<void> {
  for (const { networks, hard, float, x } of pairs) {
    const work = await loadRuntime(networks.hard);
    const plain = await loadRuntime(networks.hard, { path: "dense" });
    for (const [path, base] of [
      ["dense", "float, dense"],
      ["auto", "float, zeros skipped"],
    ] as const) {
      const twin = await loadRuntime(networks.float, { path });
      for (const examples of [1, 64]) {
        const difference = agree("network", work.forward(x), plain.forward(x), SAME);
        const pair = await interleave(
          timed(stream(twin, x, examples)),
          timed(stream(work, x, examples)),
          turnsOf(examples, bench),
        );
        const what = `${hard} against ${float}`;
        bench.add({ part: "networks", what, examples, base, work: "hard", difference, ...pair });
      }
    }
  }
}

/** Batches of the hard network on one thread and on two. */
export async function benchThreads(
  pairs: readonly NetworkPair[],
  { rounds, add }: GatedBench,
): Promise<void> {
  for (const { networks, hard, x } of pairs) {
    const one = await loadRuntime(networks.hard);
    const two = await loadThreaded(networks.hard, { threads: 2 });
    try {
      for (const examples of [64, 128, 256, 1024]) {
        const batch = x.subarray(0, examples * one.inputs);
        const difference = agree("two threads", two.forward(batch), one.forward(batch), 0);
        const pair = await interleave(
          timed(() => one.forward(batch)),
          timed(() => two.forward(batch)),
          { rounds, stretch: 4, clock: "wall" },
        );
        add({ part: "threads", what: hard, examples, base: "one thread", work: "two threads", difference, ...pair }); // biome-ignore format: one thought
      }
    } finally {
      two.close();
    }
  }
}

/** Batch after batch of the images, so that gates and zeros change as they do in use. */
export function stream(runtime: Runtime, x: Float32Array, examples: number): () => void {
  const size = examples * runtime.inputs;
  const batches = Array.from({ length: Math.floor(x.length / size) }, (_, i) =>
    x.subarray(i * size, (i + 1) * size),
  );
  let turn = 0;
  return () => {
    turn = (turn + 1) % batches.length;
    runtime.forward(batches[turn]!);
  };
}
