import type { Arrays, Backend, HostArray } from "../engine/backend.ts";
import { scoresOf, type TaskNetwork } from "./network.ts";

/** Images at a time. The last block is filled up with blank ones, so that there is one shape and one program. */
const BLOCK = 250;

/** Asks finished networks. */
export interface Judge {
  readonly device: string;
  /** Class scores `[count, outputs]` of images `[count, 784]`. */
  scores(network: TaskNetwork, images: HostArray): Promise<HostArray>;
}

export function judgeOf(backend: Backend, layers: number): Judge {
  const evaluate = backend.evaluate((network: Arrays, { images }: Arrays) => ({
    scores: scoresOf(network, images!, layers),
  }));
  return {
    device: backend.device,
    async scores(network, images) {
      const count = images.shape[0]!;
      const outputs = network.head!.shape[1]!;
      const joined = new Float32Array(count * outputs);
      const resident = backend.put(network);
      for (let from = 0; from < count; from += BLOCK) {
        const data = new Uint8Array(BLOCK * 784);
        data.set(images.data.subarray(from * 784, Math.min(from + BLOCK, count) * 784));
        const { scores } = await evaluate(resident, { images: { shape: [BLOCK, 784], data } });
        joined.set(
          (scores!.data as Float32Array).subarray(0, Math.min(BLOCK, count - from) * outputs),
          from * outputs,
        );
      }
      resident.dispose();
      return { shape: [count, outputs], data: joined };
    },
  };
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
