import { numpy as np, tree } from "@jax-js/jax";
import { type NamedArrays, taskScores } from "hardgrad";
import { type Backend, type HostArray, type HostArrays, sourceOfBits } from "../../contract/backend.ts";
import { normalized } from "../../nn/normalize.ts";
import { scoresOf, type TaskNetwork } from "./network.ts";

/** Images at a time. The last block is filled up with blank ones, so that there is one shape and one program. */
const BLOCK = 250;

/** Asks finished networks. */
export interface Scorer {
  /** On which the same scores come out to the bit. */
  readonly computer: string;
  /** Class scores `[count, outputs]` of images `[count, inputs]`. */
  scores(network: TaskNetwork, images: HostArray): Promise<HostArray>;
  /** For every image how much each task's network lowers the entropy of their mixture, `[count, tasks]`. */
  taskScores(networks: readonly TaskNetwork[], images: HostArray): Promise<HostArray>;
}

export function scorerOf(backend: Backend, layers: number): Scorer {
  const evaluate = backend.evaluate((network: NamedArrays, { images }: NamedArrays) => ({
    scores: scoresOf(network, images!, layers),
  }));
  const mixed = backend.evaluate((networks: NamedArrays, { images }: NamedArrays) => ({
    scores: mixtureScores(networks, images!, layers),
  }));
  /** Row by row results of a program, in blocks. */
  const inBlocks = async (
    program: typeof evaluate,
    arrays: HostArrays,
    images: HostArray,
    width: number,
  ): Promise<HostArray> => {
    const [count, size] = images.shape as [number, number];
    const joined = new Float32Array(count * width);
    const resident = backend.put(arrays);
    for (let from = 0; from < count; from += BLOCK) {
      const data = new Uint8Array(BLOCK * size);
      data.set(images.data.subarray(from * size, Math.min(from + BLOCK, count) * size));
      const { scores } = await program(resident, { images: { shape: [BLOCK, size], data } });
      joined.set(
        (scores!.data as Float32Array).subarray(0, Math.min(BLOCK, count - from) * width),
        from * width,
      );
    }
    resident.dispose();
    return { shape: [count, width], data: joined };
  };
  return {
    computer: sourceOfBits(backend),
    scores: (network, images) => inBlocks(evaluate, network, images, network.head!.shape[1]!),
    taskScores: (networks, images) => {
      const arrays = networks.flatMap((network, t) =>
        Object.entries(network).map(([name, array]) => [`${t}.${name}`, array] as const),
      );
      return inBlocks(mixed, Object.fromEntries(arrays), images, networks.length);
    },
  };
}

/** `taskScores` of networks named `0.w1`, `1.w1`, ...: every layer is the mixture of theirs. Consumes everything. */
function mixtureScores(networks: NamedArrays, images: np.Array, layers: number): np.Array {
  const tasks = Object.keys(networks).filter((name) => name.endsWith(".head")).length;
  const x = normalized(images);
  const mix = (h: np.Array, layer: string, alphas: readonly np.Array[]): np.Array =>
    alphas
      .map((alpha, t) => np.matmul(h.ref, networks[`${t}.${layer}`]!.ref).mul(alpha.ref))
      .reduce((sum, part) => sum.add(part));
  const scores = taskScores(
    (alpha) => {
      const alphas = np.split(alpha, tasks, 1);
      let h = x.ref;
      for (let layer = 1; layer <= layers; layer++) h = np.maximum(mix(h, `w${layer}`, alphas), 0);
      return mix(h, "head", alphas);
    },
    tasks,
    BLOCK,
  );
  tree.dispose({ ...networks, x });
  return scores;
}

/** Which of the outputs from `first` to before `end` is the largest, for every row. */
export function largest({ shape, data }: HostArray, first: number, end: number): Int32Array {
  const width = shape[1]!;
  return Int32Array.from({ length: shape[0]! }, (_, n) => {
    let best = first;
    for (let c = first + 1; c < end; c++) if (data[n * width + c]! > data[n * width + best]!) best = c;
    return best;
  });
}

/** Entropy in nats of the softmax over the outputs from `first` to before `end`, for every row. */
export function entropies({ shape, data }: HostArray, first: number, end: number): Float64Array {
  const width = shape[1]!;
  return Float64Array.from({ length: shape[0]! }, (_, n) => {
    const row = Array.from(data.subarray(n * width + first, n * width + end));
    const top = Math.max(...row);
    const weights = row.map((v) => Math.exp(v - top));
    const total = weights.reduce((a, b) => a + b);
    return weights.reduce((sum, w) => (w > 0 ? sum - (w / total) * Math.log(w / total) : sum), 0);
  });
}
