import { type Backend, type HostArray, type HostArrays, keyOf, PURPOSE } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { type Estimator, grad, type NamedArrays, statefulExpectation } from "hardgrad";
import { type FrozenVae, reconstruction } from "./network.ts";

/** What estimates are drawn for: examples, and the logits of their latents. */
export interface Examples {
  /** `[examples, pixels]` in [0, 1] */
  readonly x: HostArray;
  /** `[examples, ...latentShape]` */
  readonly logits: HostArray;
}

/** The logits that the encoder gives. */
export async function examplesOf(network: FrozenVae, x: HostArray, backend: Backend): Promise<Examples> {
  const resident = backend.put(network.params);
  const encode = backend.evaluate((params, inputs) => {
    const logits = network.encode(params, inputs.x!);
    dispose(params);
    return { logits };
  });
  const { logits } = await encode(resident, { x });
  resident.dispose();
  return { x, logits: logits! };
}

/** The decoder's logits at these latents, in blocks of one size. */
export async function decodedAt(
  network: FrozenVae,
  latents: Float32Array,
  backend: Backend,
): Promise<Float32Array> {
  const width = network.latentShape.reduce((a, b) => a * b, 1);
  const rows = latents.length / width;
  const block = Math.min(rows, 512);
  const resident = backend.put(network.params);
  const decode = backend.evaluate((params, inputs) => {
    const pixels = network.decode(params, inputs.z!);
    dispose(params);
    return { pixels };
  });
  const decoded = new Float32Array(rows * network.pixels);
  for (let from = 0; from < rows; from += block) {
    const start = Math.min(from, rows - block);
    const data = latents.slice(start * width, (start + block) * width);
    const { pixels } = await decode(resident, { z: { shape: [block, ...network.latentShape], data } });
    decoded.set(pixels!.data, start * network.pixels);
  }
  resident.dispose();
  return decoded;
}

/**
 * Independent estimates of the gradient of every example's `E[-log p(x|z)]` with respect to its logits, one row of
 * `examples * latents` numbers per draw. Of an estimator with state, the state is trained by `warmup` draws before, and
 * then kept.
 */
export async function* estimates(
  network: FrozenVae,
  { x, logits }: Examples,
  estimator: Estimator,
  backend: Backend,
  { draws, warmup, seed }: { readonly draws: number; readonly warmup: number; readonly seed: number },
): AsyncGenerator<Float32Array> {
  const q = network.distribution(np.zeros([1, ...network.latentShape]));
  const first = estimator.init(q);
  q.logits.dispose();
  const state: { [name: string]: HostArray } = {};
  for (const [name, array] of Object.entries(first))
    state[name] = { shape: array.shape, data: (await array.data()) as Float32Array };
  const resident = backend.put(network.params);
  const draw = backend.evaluate((params, { key, x: images, logits: at, ...rest }) => {
    const f = reconstruction(network, params, images!);
    const loss = (a: np.Array): [np.Array, NamedArrays] => {
      const result = statefulExpectation(network.distribution(a), f, estimator, key!, rest);
      return [np.sum(result.losses), result.state];
    };
    const [gradient, next] = grad(loss, { hasAux: true })(at!);
    dispose({ ...params, images: images! });
    return { gradient, ...next };
  });
  const once = async (i: number): Promise<{ gradient: Float32Array; next: HostArrays }> => {
    const key = keyOf(seed, PURPOSE.variance, i);
    const { gradient, ...next } = await draw(resident, { key, x, logits, ...state });
    return { gradient: gradient!.data as Float32Array, next };
  };
  try {
    if (Object.keys(state).length > 0)
      for (let i = 0; i < warmup; i++) Object.assign(state, (await once(i)).next);
    for (let i = 0; i < draws; i++) yield (await once(warmup + i)).gradient;
  } finally {
    resident.dispose();
  }
}

function dispose(arrays: NamedArrays): void {
  for (const array of Object.values(arrays)) array.dispose();
}
