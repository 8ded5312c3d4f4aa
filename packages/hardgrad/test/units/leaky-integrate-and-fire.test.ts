import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { fastSigmoid, grad, type LeakyOptions, leakyIntegrateAndFire, scan } from "../../src/index.ts";
import { close, numbers } from "../close.ts";

const input = () => np.array([0.6, 0.7, 0.9, 0, 1.4, 0.2]);

/** Potentials and spikes step by step, and the gradient of the sum of all spikes. */
function run(options: LeakyOptions): { potentials: number[]; spikes: number[]; gradient: number[] } {
  const neuron = leakyIntegrateAndFire(options);
  const unrolled = (current: np.Array): [np.Array, np.Array] => {
    let u = np.array(0);
    const [potentials, spikes]: np.Array[][] = [[], []];
    for (let t = 0; t < 6; t++) {
      const [next, spike] = neuron.step(u, current.ref.slice(t));
      u = next.ref;
      potentials!.push(next);
      spikes!.push(spike);
    }
    return [np.stack(potentials!), np.stack(spikes!)];
  };
  const [u, s] = unrolled(input());
  const gradient = grad((current: np.Array) => np.sum(unrolled(current)[1]))(input());
  return { potentials: numbers(u), spikes: numbers(s), gradient: numbers(gradient) };
}

/** From numpy in float64, apart from the code, with beta .9, threshold 1, slope 1/(1 + 25|U - 1|)^2. */
const laws = [
  {
    reset: "soft",
    timings: ["immediate"],
    potentials: [0.6, 1.24, 1.116, 0.1044, 1.49396, 0.644564],
    spikes: [0, 1, 1, 0, 1, 0],
    detached: [0.0909426, 0.0918646, 0.0793961, 0.0151665, 0.0148208, 0.0102322],
    attached: [0.0882047, 0.0895627, 0.0784391, 0.0150957, 0.0147691, 0.0102322],
  },
  {
    reset: "soft",
    timings: ["delayed"],
    potentials: [0.6, 1.24, 1.016, -0.0856, 1.32296, 0.390664],
    spikes: [0, 1, 1, 0, 1, 0],
    detached: [0.4510269, 0.4919583, 0.5239446, 0.0152672, 0.0155604, 0.0037947],
    attached: [0.4312977, 0.4743931, 0.5161314, 0.0152061, 0.0155143, 0.0037947],
  },
  {
    reset: "hard",
    timings: ["immediate", "delayed"], // the same numbers: what is set to 0 decays to 0
    potentials: [0.6, 1.24, 0.9, 0.81, 2.129, 0.2],
    spikes: [0, 1, 0, 0, 1, 0],
    detached: [0.0266318, 0.0204082, 0.1098022, 0.0312995, 0.0011708, 0.0022676],
    attached: [0.0243439, 0.0179551, 0.1077073, 0.0312692, 0.0011657, 0.0022676],
  },
] as const;
const golden = laws.flatMap(({ reset, timings, potentials, spikes, ...gradients }) =>
  timings.flatMap((timing) =>
    (["detached", "attached"] as const).map((resetGradient) => ({
      options: { reset, timing, resetGradient } satisfies LeakyOptions,
      potentials,
      spikes,
      gradient: gradients[resetGradient],
    })),
  ),
);

describe("leaky integrate-and-fire", () => {
  test.each(golden)("golden vectors: $options, step by step and by a scan", ({ options, ...wanted }) => {
    const { potentials, spikes, gradient } = run(options);
    close(potentials, wanted.potentials);
    expect(spikes).toEqual(wanted.spikes);
    close(gradient, wanted.gradient);
    const neuron = leakyIntegrateAndFire(options);
    const layer = scan((_: np.Array[], state: np.Array, x: np.Array) => neuron.step(state, x));
    const [value, byInput] = layer.valueAndGrad((_, outputs) => np.sum(outputs), { argnums: 2 })(
      [],
      np.array(0),
      input(),
    );
    expect(numbers(value)).toEqual([spikes.reduce((a, b) => a + b)]);
    close(numbers(byInput), wanted.gradient);
  });

  test("a potential at the threshold does not spike", () => {
    const [, spikes] = leakyIntegrateAndFire().step(np.zeros([2]), np.array([1, 1.0000002]));
    expect(numbers(spikes)).toEqual([0, 1]);
  });

  test("one decay per neuron", () => {
    const neuron = leakyIntegrateAndFire({ decay: [0, 0.5, 1], threshold: 2 });
    const [potential] = neuron.step(np.full([4, 3], 1), np.full([4, 3], 0.25));
    expect((potential.js() as number[][])[3]).toEqual([0.25, 0.75, 1.25]);
  });

  test("a broken input breaks its own neuron alone", () => {
    const [potential, spikes] = leakyIntegrateAndFire().step(np.zeros([2]), np.array([Number.NaN, 2]));
    expect(numbers(potential).map(Number.isNaN)).toEqual([true, false]);
    expect(numbers(spikes).map(Number.isNaN)).toEqual([true, false]);
  });

  test("misuse is one sentence", () => {
    const make = (options: object) => () => leakyIntegrateAndFire(options);
    expect(make({ decay: 1.1 })).toThrow(/decay must be a number from 0 to 1, not 1.1/);
    expect(make({ decay: [] })).toThrow(/decay must be a number, or one per neuron/);
    expect(make({ threshold: 0 })).toThrow(/threshold must be a number from 0.001 to 1000000, not 0/);
    expect(make({ reset: "none" })).toThrow(/reset must be one of soft, hard, not none/);
    expect(make({ timing: "late" })).toThrow(/timing must be one of immediate, delayed/);
    expect(make({ resetGradient: true })).toThrow(/resetGradient must be one of detached, attached/);
    expect(make({ beta: 0.9 })).toThrow(/option beta is unknown; known: decay/);
    expect(make({ derivative: fastSigmoid })).toThrow(/derivative must be a pseudo-derivative/);
  });
});
