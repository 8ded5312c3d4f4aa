import { numpy as np, random, vjp } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { runJax } from "../../../../test/onnx-harness.ts";
import { lowerNative } from "../../src/engine/backends/native/lower.ts";

/** 832 rows, six or seven to each of 128 places. */
const ROWS = 832;
const PLACES = 128;
const WIDTH = 784;
const places = Int32Array.from({ length: ROWS }, (_, k) => (k * 7919) % PLACES);

function scatter(rows: np.Array, index: np.Array): np.Array {
  const [zeros, back] = vjp(
    (x: np.Array) => np.take(x, index, 0),
    [np.zeros([PLACES, WIDTH])],
  ) as unknown as [np.Array, ((g: np.Array) => [np.Array]) & { dispose(): void }];
  zeros.dispose();
  const [result] = back(rows);
  back.dispose();
  return result;
}

describe("rows that meet in one place are all added, on several threads too", () => {
  const args = (): [np.Array, np.Array] => [random.normal(random.key(1), [ROWS, WIDTH]), np.array(places)];

  async function worstOf(runs: number): Promise<number> {
    const lowered = lowerNative(scatter, args());
    const session = await ort.InferenceSession.create(lowered.model, {
      intraOpNumThreads: lowered.oneThread ? 1 : 2,
    });
    const [expected] = runJax(scatter, args());
    const feeds = {
      input0: new ort.Tensor("float32", (await args()[0].data()) as Float32Array, [ROWS, WIDTH]),
      input1: new ort.Tensor("int32", places, [ROWS]),
    };
    let worst = 0;
    for (let i = 0; i < runs; i++) {
      const { data } = Object.values(await session.run(feeds))[0]!;
      (data as Float32Array).forEach((v, j) => {
        worst = Math.max(worst, Math.abs(v - expected![j]!));
      });
    }
    await session.release();
    return worst;
  }

  // Sums of seven numbers of order 1, in another order at most. Where threads spoil it, most runs are off by 1 and more.
  test("sums are right", async () => expect(await worstOf(20)).toBeLessThan(1e-5));

  test("models say when they need one thread", () => {
    expect(lowerNative(scatter, args()).oneThread).toBe(true);
    expect(lowerNative((x: np.Array) => np.tanh(x), [np.zeros([3])]).oneThread).toBe(false);
  });
});
