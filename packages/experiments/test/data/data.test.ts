import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetFromIdx, drawnDigits, gunzipIfNeeded, parseIdx, shuffled } from "../../src/data/index.ts";

/** An IDX file of a shape. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  shape.forEach((n, i) => {
    header.writeUInt32BE(n, 4 + 4 * i);
  });
  return Buffer.concat([header, data]);
}

describe("IDX", () => {
  test("reads what was written, gzipped or not", async () => {
    const file = idx([2, 3], Uint8Array.from([1, 2, 3, 4, 5, 6]));
    for (const bytes of [file, gzipSync(file)]) {
      const { shape, data } = parseIdx(await gunzipIfNeeded(bytes, "x"), "x");
      expect(shape).toEqual([2, 3]);
      expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });
  test("every truncation and every extension is refused with a sentence that names the file", () => {
    const whole = idx([4, 5], new Uint8Array(20));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length + 50 }), (length) => {
        if (length === whole.length) return;
        const bytes = new Uint8Array(length);
        bytes.set(whole.subarray(0, length));
        expect(() => parseIdx(bytes, "labels.gz")).toThrow(/^labels\.gz: .*\.$/);
      }),
    );
  });
  test("wrong magic, other types, absurd shapes, damaged gzip", async () => {
    expect(() => parseIdx(Buffer.from("<!doctype html><html>"), "x")).toThrow(/starts with bytes 3c 21/);
    const other = idx([1], new Uint8Array(1));
    other[2] = 0x0d;
    expect(() => parseIdx(other, "x")).toThrow(/type 0xd/);
    expect(() => parseIdx(idx([4e9, 4e9], new Uint8Array(0)), "x")).toThrow(/claims shape/);
    const packed = gzipSync(new Uint8Array(1000).map((_, i) => i * 7));
    await expect(gunzipIfNeeded(packed.subarray(0, 40), "x")).rejects.toThrow(/damaged gzip/);
  });
  test("a dataset needs 28 x 28 images and as many labels from 0 to 9", () => {
    const images = idx([2, 28, 28], new Uint8Array(1568));
    const files = (labels: Uint8Array, of = images) => ({
      trainImages: of,
      trainLabels: labels,
      testImages: of,
      testLabels: labels,
    });
    const good = idx([2], Uint8Array.from([3, 9]));
    expect(datasetFromIdx("mnist", files(good))).toMatchObject({
      shape: { height: 28, width: 28 },
      classes: [..."0123456789"],
      train: { count: 2, size: 784 },
    });
    expect(datasetFromIdx("mnist", { trainImages: images, testImages: images })).toMatchObject({
      classes: [],
      test: { count: 2, labels: new Uint8Array(2) },
    });
    expect(() => datasetFromIdx("mnist", files(idx([3], new Uint8Array(3))))).toThrow(
      /^mnist trainImages: 2 images, but labels of shape \[3\] in mnist trainLabels/,
    );
    expect(() => datasetFromIdx("mnist", files(idx([2], Uint8Array.from([3, 10]))))).toThrow(/label 1 is 10/);
    expect(() => datasetFromIdx("mnist", files(good, idx([2, 10, 10], new Uint8Array(200))))).toThrow(
      /expected \[count, 28, 28\]/,
    );
    const own = { shape: { height: 10, width: 10 }, classes: ["a", "b", "c", "d"] };
    expect(() => datasetFromIdx("own", files(good, idx([2, 10, 10], new Uint8Array(200))), {}, own)).toThrow(
      /label 1 is 9, expected 0 to 3/,
    );
  });
});

describe("drawn digits", () => {
  const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  test("the same seed draws the same bytes; a larger set begins with the smaller one; train and test differ", () => {
    const a = drawnDigits({ seed: 1, train: 50, test: 50 });
    const b = drawnDigits({ seed: 1, train: 80, test: 60 });
    expect(hash(b.train.images.subarray(0, 50 * 784))).toBe(hash(a.train.images));
    expect(hash(a.train.images)).not.toBe(hash(a.test.images));
    expect(hash(drawnDigits({ seed: 2, train: 50, test: 50 }).train.images)).not.toBe(hash(a.train.images));
  });
  test("ten classes in equal parts, ink on an empty ground", () => {
    const { train } = drawnDigits({ train: 5000, test: 10 });
    const counts = Array.from({ length: 10 }, (_, d) => train.labels.filter((l) => l === d).length);
    // 500 each; the standard deviation of a count is 21, so 4.5 of them are 96.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(96);
    const mean = train.images.reduce((s, v) => s + v, 0) / train.images.length;
    expect(mean).toBeGreaterThan(10);
    expect(mean).toBeLessThan(90);
  });
  test("counts out of range are refused", () => {
    for (const train of [0, -1, 1.5, Number.NaN, 1e9])
      expect(() => drawnDigits({ train })).toThrow(/whole number from 1/);
  });
});

test("shuffles are permutations, a function of seed and epoch", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(1000), (count, seed, epoch) => {
      const order = shuffled(count, seed, epoch);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(shuffled(count, seed, epoch)).toEqual(order);
    }),
  );
  expect(shuffled(100, 0, 0)).not.toEqual(shuffled(100, 0, 1));
});
