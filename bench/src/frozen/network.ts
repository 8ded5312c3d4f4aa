import {
  bernoulliLoss,
  type Checkpoint,
  type HostArrays,
  modelsOf,
  parametersOf,
  vae,
} from "@hardgrad/experiments";
import { type numpy as np, tree } from "@jax-js/jax";
import { bernoulli, categorical, type Distribution, type NamedArrays, type Objective } from "hardgrad";

/** A trained autoencoder that stays as it is: what a step of it would estimate a gradient of. */
export interface FrozenVae {
  readonly params: HostArrays;
  readonly pixels: number;
  /** `[variables, categories]`, or `[variables]` for Bernoulli ones. */
  readonly latentShape: readonly number[];
  /** Logits of the latents, for images in [0, 1]. Keeps the parameters. */
  encode(params: NamedArrays, x: np.Array): np.Array;
  /** Logits of the pixels for latents `[...rows, ...latentShape]`. Keeps the parameters. */
  decode(params: NamedArrays, z: np.Array): np.Array;
  distribution(logits: np.Array): Distribution;
}

/** The network of a checkpoint of `train vae`. */
export function frozenVae(checkpoint: Checkpoint): FrozenVae {
  const { settings } = checkpoint.config;
  const { latents, variables, categories } = settings;
  if (latents !== "categorical" && latents !== "bernoulli")
    throw new RangeError(
      `frozenVae: latents ${latents} need no estimator; train with categorical or bernoulli.`,
    );
  const { encoder, decoder } = modelsOf(vae, checkpoint.config, 0);
  const only = (outputs: NamedArrays, name: string): np.Array => {
    const { [name]: wanted, ...others } = outputs;
    tree.dispose(others);
    return wanted!;
  };
  const latentShape = latents === "categorical" ? [variables, categories] : [variables];
  const params = parametersOf(checkpoint);
  const output = Object.keys(params).filter((name) => /^decoder\.b\d+$/.test(name)).length;
  return {
    params,
    pixels: params[`decoder.b${output}`]!.data.length,
    latentShape: latentShape as number[],
    encode: (held, image) => only(encoder!.fn(held, { image }), "logits"),
    decode: (held, latent) => only(decoder!.fn(held, { latent }), "logits"),
    distribution: latents === "categorical" ? categorical : bernoulli,
  };
}

/** `-log p(x|z)` per example. Keeps the parameters and x. */
export function reconstruction(network: FrozenVae, params: NamedArrays, x: np.Array): Objective {
  return (z) => bernoulliLoss(network.decode(params, z), x.ref);
}
