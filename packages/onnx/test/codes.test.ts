import { numpy as np, random } from "@jax-js/jax";
import {
  codeVectors,
  diveq,
  frozenCodes,
  fsq,
  fsqCodes,
  fsqIndices,
  grad,
  lfq,
  lfqCodes,
  lfqIndices,
  nearestCode,
  rotationTrick,
  simVqCodebook,
  straightThroughCode,
} from "hardgrad";
import { describe, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";

const levels = [4, 3, 5];
const vectors = (): np.Array => random.normal(random.key(1), [4, 6, 3]);
const codebook = (): np.Array => random.normal(random.key(2), [16, 3]);

describe("quantizers as ONNX models", () => {
  test.each([{}, { form: "symmetric" as const }])("fsq %j: codes, numbers and back", async (given) => {
    await expectSame(
      (z: np.Array) => {
        const codes = fsq(z, levels, given);
        const indices = fsqIndices(codes.ref, levels, given);
        return [codes, indices.ref, fsqCodes(indices, levels, given)];
      },
      () => [vectors()],
    );
  });
  test.each([{}, { spherical: true, scale: 2 }])("lfq %j: codes, numbers and back", async (given) => {
    await expectSame(
      (x: np.Array) => {
        const codes = lfq(x, given);
        const indices = lfqIndices(codes.ref);
        return [codes, indices.ref, lfqCodes(indices, 3, given)];
      },
      () => [vectors()],
    );
  });
  test.each(Object.entries({ straightThroughCode, rotationTrick, diveq }))(
    "%s: value, index, gradient",
    async (_, fn) => {
      const quantized = (e: np.Array, c: np.Array): np.Array[] => {
        const indices = nearestCode(e.ref, c.ref);
        return [fn(e, codeVectors(c, indices.ref)), indices];
      };
      const gradient = (e: np.Array, c: np.Array): np.Array =>
        grad((a: np.Array) => {
          const [y, indices] = quantized(a, c);
          indices!.dispose();
          return np.sum(np.square(y!.sub(1)));
        })(e);
      await expectSame(
        (e: np.Array, c: np.Array) => [...quantized(e.ref, c.ref), gradient(e, c)],
        () => [vectors(), codebook()],
      );
    },
  );
  test("SimVQ's codebook", async () => {
    await expectSame(
      (f: np.Array, w: np.Array, e: np.Array) => {
        const c = simVqCodebook(f, w);
        return codeVectors(c.ref, nearestCode(e, c));
      },
      () => [frozenCodes(random.key(3), 16, 5), random.normal(random.key(4), [3, 5]), vectors()],
    );
  });
});
