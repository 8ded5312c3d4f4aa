import { type LinearLayer, type Network, packSigns } from "@hardgrad/runtime";
import { isolateLayer } from "@hardgrad/runtime/measure";
import { interleave, type Turns, timed } from "./interleave.ts";
import { agree, floats, signedUniform, sparse } from "./random.ts";
import type { GatedBench } from "./results.ts";

export const turnsOf = (examples: number, { rounds, clock }: Pick<GatedBench, "rounds" | "clock">): Turns =>
  examples === 1 ? { rounds, stretch: 0.5, clock } : { rounds: Math.ceil(rounds / 2), stretch: 2, clock };

/** Layers whose inputs hold zeros: their weights' rows are not read. */
export async function benchZeros(bench: GatedBench): Promise<void> {
  const { quick } = bench;
  const random = signedUniform(11);
  for (const [inputs, outputs] of (quick ? [[784, 2000]] : [[784, 2000], [2048, 1024]]) as [number, number][]) // biome-ignore format: one thought
    for (const share of [0.5, 0.25, 0.19, 0.1]) {
      const layer: LinearLayer = { kind: "linear", outputs, weight: floats(inputs * outputs, random) };
      const network = { inputs, layers: [layer] };
      const what = `${inputs}x${outputs}, ${share * 100} % of the inputs are not zero`;
      const names = { part: "zeros", base: "dense", work: "zeros skipped", what } as const;
      const x = sparse(64 * inputs, share, random);
      await compareLayers(network, network, x, names, bench);
    }
}

/** Binary layers, one bit per weight, against float weights of -1 and 1. */
export async function benchBits(bench: GatedBench): Promise<void> {
  const { quick } = bench;
  const random = signedUniform(13);
  const signOf = (v: number): number => (v >= 0 ? 1 : -1);
  for (const size of quick ? [1024] : [1024, 2048]) {
    const weight = floats(size * size, random).map(signOf);
    const float: Network = { inputs: size, layers: [{ kind: "linear", outputs: size, weight }] };
    const signs = packSigns(weight, size, size);
    const bits: Network = { inputs: size, layers: [{ kind: "bits", outputs: size, signs }] };
    const names = { part: "bits", base: "float", work: "bits", what: `binary ${size}x${size}` } as const;
    await compareLayers(float, bits, floats(64 * size, random).map(signOf), names, bench);
  }
}

/** The first on the dense path against the second on its own, which must give the same bits. */
async function compareLayers(
  dense: Network,
  other: Network,
  x: Float32Array,
  names: {
    readonly part: "zeros" | "bits";
    readonly base: string;
    readonly work: string;
    readonly what: string;
  },
  bench: GatedBench,
): Promise<void> {
  const base = await isolateLayer(dense, "dense");
  const work = await isolateLayer(other, "auto");
  for (const examples of [1, 64]) {
    const part = x.subarray(0, examples * dense.inputs);
    base.load(part);
    work.load(part);
    base.run(examples);
    work.run(examples);
    let difference = 0;
    for (let i = 0; i < examples; i++)
      difference = Math.max(difference, agree(names.what, work.output(i), base.output(i), 0));
    const pair = await interleave(
      timed(() => base.run(examples)),
      timed(() => work.run(examples)),
      turnsOf(examples, bench),
    );
    bench.add({ ...names, examples, difference, ...pair });
  }
}
