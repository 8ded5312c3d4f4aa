import { loadRuntime, type Network } from "@hardgrad/runtime";
import { loadCircuit } from "@hardgrad/runtime/circuit";
import { type Clock, type Timer, timed } from "../gated/interleave.ts";
import type { Peer } from "../gated/peers.ts";

/** Who reads images; each takes as many at a time as suits it best. */
export interface Reader {
  readonly title: string;
  /** Prepares a batch of so many images; from then on the timer is of reading that. */
  prepare(examples: number): Promise<Timer>;
}

export interface ReaderResult {
  readonly title: string;
  /** Images at a time. */
  readonly batch: number;
  /** Of the fastest round, by the clock and by processor time. */
  readonly imagesPerSecond: { readonly [clock in Clock]: number };
}

const BATCHES = [64, 256, 1024, 4096];

/** Where the largest of each row is. */
export function classesOf(values: ArrayLike<number>, classes: number): Uint8Array {
  const best = new Uint8Array(values.length / classes);
  for (let row = 0; row < best.length; row++)
    for (let c = 1; c < classes; c++)
      if (values[row * classes + c]! > values[row * classes + best[row]!]!) best[row] = c;
  return best;
}

/** Greys of bytes as the numbers from 0 to 1 that float networks read. */
export const greys = (images: Uint8Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(images, (value) => value / 255);

/** The circuit: from bytes to classes, packing, counting and the choice of the class included. */
export async function circuitReader(file: Uint8Array, images: Uint8Array): Promise<Reader> {
  const runtime = await loadCircuit(file);
  return {
    title: "circuit (WebAssembly)",
    prepare: async (examples) => {
      const batch = images.slice(0, examples * runtime.inputs);
      return timed(() => runtime.classify(batch));
    },
  };
}

/** A network of our runtime: from floats, which are there already, to classes. */
export async function runtimeReader(title: string, network: Network, images: Uint8Array): Promise<Reader> {
  const runtime = await loadRuntime(network);
  return {
    title,
    prepare: async (examples) => {
      const batch = greys(images.subarray(0, examples * runtime.inputs));
      return timed(() => classesOf(runtime.forward(batch), runtime.outputs));
    },
  };
}

/** A peer that runs the float network: from floats to probabilities; the choice of the class is not counted. */
export const peerReader = (peer: Peer, images: Uint8Array): Reader => ({
  title: `float network, ${peer.title}`,
  prepare: async (examples) => {
    await peer.load(greys(images.subarray(0, examples * 784)), examples);
    return peer.timer;
  },
});

/** Each with its best batch, in turn, round after round. */
export async function race(
  readers: readonly Reader[],
  { rounds, stretch }: { rounds: number; stretch: number },
): Promise<ReaderResult[]> {
  const entries: { batch: number; calls: number; reader: Reader; best: { wall: number; cpu: number } }[] = [];
  for (const reader of readers) {
    let fastest = { batch: 0, calls: 0, perImage: Number.POSITIVE_INFINITY };
    for (const batch of BATCHES) {
      const timer = await reader.prepare(batch);
      await timer(2);
      let [calls, cpu] = [1, (await timer(1)).cpu];
      while (cpu * calls < stretch * 1e3) {
        calls *= 2;
        cpu = (await timer(calls)).cpu;
      }
      const again = Math.min(cpu, (await timer(calls)).cpu, (await timer(calls)).cpu);
      if (again / batch < fastest.perImage) fastest = { batch, calls, perImage: again / batch };
    }
    const none = Number.POSITIVE_INFINITY;
    entries.push({ ...fastest, reader, best: { wall: none, cpu: none } });
  }
  for (let round = 0; round < rounds; round++)
    for (const { reader, batch, calls, best } of entries) {
      const timer = await reader.prepare(batch);
      await timer(1);
      const { wall, cpu } = await timer(calls);
      best.wall = Math.min(best.wall, wall);
      best.cpu = Math.min(best.cpu, cpu);
    }
  return entries.map(({ reader, batch, best }) => ({
    title: reader.title,
    batch,
    imagesPerSecond: { wall: (batch / best.wall) * 1e6, cpu: (batch / best.cpu) * 1e6 },
  }));
}
