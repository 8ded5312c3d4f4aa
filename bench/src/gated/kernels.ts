import type { GatedLayer, Network } from "@hardgrad/runtime";
import { type IsolatedLayer, isolateLayer } from "@hardgrad/runtime/measure";
import { type Clock, interleave, type Pair, type Turns, timed } from "./interleave.ts";
import { agree, floats, signedUniform } from "./random.ts";
import type { Comparison, GatedBench } from "./results.ts";

const BATCH = 64;

/** Gated against dense kernels: by shape, block, density and batch. */
export async function benchKernels({ rounds, clock, quick, add }: GatedBench): Promise<void> {
  const random = signedUniform(7);
  const shapes = quick
    ? [[1024, 1024]]
    : [
        [784, 2000],
        [1024, 1024],
        [2048, 512],
        [4096, 1024],
      ];
  const densities = quick ? [1, 0.25, 0.1] : [1, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02];
  for (const [inputs, outputs] of shapes as [number, number][])
    for (const block of quick ? [1, 16] : [1, 8, 16, 32])
      for (const comparison of await benchLayer({ inputs, outputs, block, densities, rounds, clock, random }))
        add(comparison);
}

/** One gated layer at several densities. */
export async function benchLayer(layer: {
  readonly inputs: number;
  readonly outputs: number;
  readonly block: number;
  readonly densities: readonly number[];
  readonly rounds: number;
  readonly clock: Clock;
  readonly random: () => number;
}): Promise<Comparison[]> {
  const { inputs, outputs, block, rounds, clock, random } = layer;
  const network = gatedLayer(inputs, outputs, block, random);
  const gated = await isolateLayer(network, "auto");
  const forced = await isolateLayer(network, "gates");
  const dense = await isolateLayer(denseTwin(network), "dense");
  const x = floats(BATCH * inputs, random);
  const groups = Math.ceil(outputs / block);
  const found: Comparison[] = [];
  for (const wanted of layer.densities) {
    const gates = Float32Array.from({ length: BATCH * groups }, () => (random() < 2 * wanted - 1 ? 1 : 0));
    const density = gates.reduce((sum, gate) => sum + gate, 0) / gates.length;
    dense.load(x);
    gated.load(x, gates);
    const difference = check(network, x, gates, gated, dense);
    const what = `${inputs}x${outputs}, ${block === 1 ? "a gate per unit" : `blocks of ${block}`}`;
    const cell = { part: "kernels", what, inputs, outputs, block, density, difference } as const;
    const measure = async (
      examples: number,
      works: (layer: IsolatedLayer, masked: boolean) => () => void,
      turns: Turns,
    ): Promise<void> => {
      const against = (other: IsolatedLayer): Promise<Pair> =>
        interleave(timed(works(dense, false)), timed(works(other, true)), turns);
      const pair = await against(gated);
      const path = gated.path();
      forced.load(x, gates);
      // What skipping takes where the cost model prefers the dense path: for the crossover.
      const skipping = path === "dense" ? (await against(forced)).ratio : pair.ratio;
      const gflops = (2 * inputs * outputs * examples) / pair.baseMicroseconds / 1e3;
      found.push({ ...cell, examples, base: "dense", work: "gated", path, gflops, skipping, ...pair });
    };
    await measure(BATCH, (l) => () => l.run(BATCH), { rounds: Math.ceil(rounds / 2), stretch: 2, clock });
    await measure(1, (l, masked) => (masked ? stream(l, x, inputs, gates, groups) : stream(l, x, inputs)), {
      rounds,
      stretch: 0.5,
      clock,
    });
  }
  return found;
}

/** A gated layer; its gates come from a layer that is never run here. */
function gatedLayer(inputs: number, outputs: number, block: number, random: () => number): Network {
  const gates = Math.ceil(outputs / block);
  const layer: GatedLayer = {
    ...{ kind: "gated", input: 0, gates: 2, block, outputs },
    weight: floats(inputs * outputs, random),
    bias: floats(outputs, random),
  };
  return {
    inputs,
    layers: [
      { kind: "linear", outputs: gates, weight: new Float32Array(inputs * gates) },
      { kind: "gate", open: { above: 0 } },
      layer,
    ],
  };
}

const gatedOf = (network: Network): GatedLayer => network.layers.at(-1) as GatedLayer;

/** The same layer without gates. */
function denseTwin(network: Network): Network {
  const { outputs, weight, bias } = gatedOf(network);
  return { inputs: network.inputs, layers: [{ kind: "linear", outputs, weight, bias: bias! }] };
}

/** One example after the other, each with gates of its own. */
function stream(
  layer: IsolatedLayer,
  x: Float32Array,
  inputs: number,
  gates?: Float32Array,
  groups = 0,
): () => void {
  const rowsOf = (values: Float32Array, length: number): Float32Array[] =>
    Array.from({ length: BATCH }, (_, i) => values.subarray(i * length, (i + 1) * length));
  const inputRows = rowsOf(x, inputs);
  const gateRows = gates && rowsOf(gates, groups);
  let turn = 0;
  return () => {
    turn = (turn + 1) % BATCH;
    layer.load(inputRows[turn]!, gateRows?.[turn]);
    layer.run(1);
  };
}

/** Gated against masked dense outputs, and dense ones against float64 sums. Throws where they differ. */
function check(
  network: Network,
  x: Float32Array,
  gates: Float32Array,
  gated: IsolatedLayer,
  dense: IsolatedLayer,
): number {
  const { inputs } = network;
  const { outputs, weight, bias, block } = gatedOf(network);
  const groups = Math.ceil(outputs / block);
  // Another order of summation: inputs times half a unit in the last place of the sum of sizes, of about inputs / 4.
  const rounding = (inputs * inputs * 2 ** -24) / 4;
  dense.run(BATCH);
  gated.run(BATCH);
  let worst = 0;
  for (let i = 0; i < BATCH; i++) {
    const wanted = dense.output(i).map((y, j) => (gates[i * groups + Math.floor(j / block)] ? y : 0));
    // Block gates give the same bits, since every kernel sums in the same order.
    worst = Math.max(worst, agree("gated kernel", gated.output(i), wanted, block === 1 ? rounding : 0));
  }
  const places = Array.from({ length: Math.ceil(outputs / 97) }, (_, i) => i * 97);
  const first = dense.output(0);
  const sums = places.map((j) => {
    let sum = bias![j]!;
    for (let k = 0; k < inputs; k++) sum += x[k]! * weight[k * outputs + j]!;
    return sum;
  });
  agree("dense kernel", places.map((j) => first[j]!), sums, rounding); // biome-ignore format: one thought
  return worst;
}
