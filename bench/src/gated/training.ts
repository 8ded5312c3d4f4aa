import { type Backend, type HostArrays, useDevice } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { expandGates, grad, type NamedArrays, routedBlocks } from "hardgrad";
import { compareResults } from "../check.ts";
import type { Tensors } from "../protocol.ts";
import { awaited, interleave } from "./interleave.ts";
import { floats, signedUniform } from "./random.ts";
import type { GatedBench } from "./results.ts";

const [BATCH, INPUTS, BLOCKS, UNITS] = [128, 784, 64, 32];
/** Float32 sums over up to 784 terms in another order differ by about 1e-6; a wrong formula by more than 1e-2. */
const TOLERANCE = 1e-4;
type Layer = (p: NamedArrays, gates: np.Array) => np.Array;

/**
 * A gated layer forward and backward (weights, bias and inputs), on one thread of a device: only the open blocks, against
 * the dense layer that is masked. Every block is open for the same number of examples.
 */
export async function benchTraining(
  device: "native" | "wasm",
  { rounds, clock, quick, add, note }: GatedBench,
): Promise<void> {
  let backend: Backend;
  try {
    backend = await useDevice(device, { threads: 1 });
  } catch (error) {
    note(`training is left out: ${(error as Error).message}`);
    return;
  }
  const random = signedUniform(19);
  const weights = floats(BLOCKS * INPUTS * UNITS, random).map((v) => v / 28);
  const bias = floats(BLOCKS * UNITS, random);
  const x = { shape: [BATCH, INPUTS], data: floats(BATCH * INPUTS, random) };
  const above = { shape: [BATCH, BLOCKS * UNITS], data: floats(BATCH * BLOCKS * UNITS, random) };
  const masked: Layer = (p, gates) => expandGates(gates, UNITS).mul(np.matmul(p.x!, p.weights!).add(p.bias!));
  const dense = start(backend, masked, {
    x,
    weights: { shape: [INPUTS, BLOCKS * UNITS], data: flat(weights) },
    bias: { shape: [BLOCKS * UNITS], data: bias },
  });
  for (const rate of quick ? [0.1, 0.5] : [0.05, 0.1, 0.25, 0.5, 0.75, 1]) {
    const capacity = Math.round(rate * BATCH);
    const routed = start(
      backend,
      (p, gates) =>
        routedBlocks(p.x!, gates, p.weights!, p.bias!, {
          capacity,
          placing: device === "native" ? "scatter" : "products",
        }),
      {
        x,
        weights: { shape: [BLOCKS, INPUTS, UNITS], data: weights },
        bias: { shape: [BLOCKS, UNITS], data: bias },
      },
    );
    const inputs = { gates: balancedGates(capacity, random), above };
    const wanted = await dense.gradients(inputs);
    const given = await routed.gradients(inputs);
    given.weights = { ...wanted.weights!, data: flat(given.weights!.data) };
    given.bias = { ...wanted.bias!, data: given.bias!.data };
    const { error, worst } = compareResults(given, wanted);
    if (!(error <= TOLERANCE)) throw new Error(`routed step at rate ${rate}: ${worst} is off by ${error}`);
    const pair = await interleave(
      awaited(() => dense.step(inputs)),
      awaited(() => routed.step(inputs)),
      { rounds: Math.ceil(rounds / 3), stretch: 30, clock },
    );
    const what = `forward and backward of ${BLOCKS} blocks of ${UNITS} units, ${INPUTS} inputs, device ${device}`;
    add({
      ...{
        part: "training",
        what,
        examples: BATCH,
        base: "dense, masked",
        work: "routed",
        difference: error,
      },
      ...{ inputs: INPUTS, outputs: BLOCKS * UNITS, block: UNITS, density: capacity / BATCH },
      ...pair,
    });
    routed.dispose();
  }
  dense.dispose();
}

/** `[blocks, inputs, units]` as `[inputs, blocks * units]`. */
function flat(blocked: ArrayLike<number>): Float32Array {
  const wide = new Float32Array(blocked.length);
  for (let g = 0; g < BLOCKS; g++)
    for (let i = 0; i < INPUTS; i++)
      for (let u = 0; u < UNITS; u++)
        wide[(i * BLOCKS + g) * UNITS + u] = blocked[(g * INPUTS + i) * UNITS + u]!;
  return wide;
}

/** Each block is open for `capacity` examples, anywhere in the batch. */
function balancedGates(capacity: number, random: () => number): HostArrays[string] {
  const data = new Float32Array(BATCH * BLOCKS);
  for (let g = 0; g < BLOCKS; g++) {
    const order = Array.from({ length: BATCH }, (_, n) => [random(), n] as const).sort((a, b) => a[0] - b[0]);
    for (const [, n] of order.slice(0, capacity)) data[n * BLOCKS + g] = 1;
  }
  return { shape: [BATCH, BLOCKS], data };
}

interface Step {
  step(inputs: HostArrays): Promise<void>;
  gradients(inputs: HostArrays): Promise<Tensors>;
  dispose(): void;
}

/** A step that leaves the gradients of `sum(above * layer)` beside the parameters. */
function start(backend: Backend, layer: Layer, parameters: HostArrays): Step {
  const names = Object.keys(parameters);
  const zeros = Object.fromEntries(
    names.map((name) => {
      const { shape, data } = parameters[name]!;
      return [`gradient.${name}`, { shape, data: new Float32Array(data.length) }];
    }),
  );
  const resident = backend.put({ ...parameters, ...zeros });
  const compiled = backend.update((arrays, { gates, above }) => {
    const loss = (p: NamedArrays): np.Array => np.sum(layer(p, gates!.ref).mul(above!.ref));
    const own = Object.fromEntries(names.map((name) => [name, arrays[name]!.ref]));
    const gradients = grad(loss)(own);
    gates!.dispose();
    above!.dispose();
    for (const name of names) arrays[`gradient.${name}`]!.dispose();
    return {
      ...arrays,
      ...Object.fromEntries(names.map((name) => [`gradient.${name}`, gradients[name]!])),
    };
  });
  return {
    step: (inputs) => compiled(resident, inputs),
    async gradients(inputs) {
      await compiled(resident, inputs);
      const read = await resident.read(names.map((name) => `gradient.${name}`));
      return Object.fromEntries(
        names.map((name) => {
          const { shape, data } = read[`gradient.${name}`]!;
          return [name, { shape, data: Float32Array.from(data) }];
        }),
      );
    },
    dispose: () => resident.dispose(),
  };
}
