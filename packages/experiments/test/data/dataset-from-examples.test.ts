import { expect, test } from "vitest";
import { datasetFromExamples, type Examples } from "../../src/index.ts";

const count = 40;
const all: Examples = {
  shape: { length: 2 },
  classes: ["few", "many"],
  images: Uint8Array.from({ length: 2 * count }, (_, i) => i),
  labels: Uint8Array.from({ length: count }, (_, n) => (n < 4 ? 0 : 1)),
  count,
};

test("without a test set, a sixth of each class and at least one is the test set, always the same", () => {
  const { train, test } = datasetFromExamples("mine", all);
  expect([train.count, test.count]).toEqual([33, 7]);
  expect(test.labels.filter((label) => label === 0)).toHaveLength(1);
  const rows = [train, test].flatMap(({ images, labels, count }) =>
    Array.from({ length: count }, (_, n) => [images[2 * n], images[2 * n + 1], labels[n]]),
  );
  const whole = Array.from({ length: count }, (_, n) => [2 * n, 2 * n + 1, n < 4 ? 0 : 1]);
  expect(rows.sort((a, b) => a[0]! - b[0]!)).toEqual(whole);
  expect(datasetFromExamples("mine", all).test.images).toEqual(test.images);
});

test("a test set is taken as it is", () => {
  const few = { ...all, images: Uint8Array.of(1, 2), labels: Uint8Array.of(1), count: 1 };
  const { train, test } = datasetFromExamples("mine", all, few);
  expect(train.images).toBe(all.images);
  expect(test).toEqual({ images: few.images, labels: few.labels, size: 2, count: 1 });
});

test.each([
  [{ count: 41 }, /the training set has 80 values and 40 labels; 41 examples of 2 values need 82 and 41/],
  [{ images: new Uint8Array(79) }, /has 79 values/],
  [{ images: new Uint8Array(), labels: new Uint8Array(), count: 0 }, /at least one example is needed/],
  [{ labels: new Uint8Array(count).fill(2) }, /label 0 is 2, expected 0 to 1/],
  [{ labels: new Uint8Array(count) }, /class many has 0 examples; it needs 2/],
])("%j is refused", (wrong, words) => {
  expect(() => datasetFromExamples("mine", { ...all, ...wrong })).toThrow(words);
});

test("a test set of another form is refused", () => {
  for (const other of [
    { shape: { length: 1 } },
    { shape: { height: 1, width: 2 } },
    { classes: ["many", "few"] },
  ])
    expect(() => datasetFromExamples("mine", all, { ...all, ...other })).toThrow(
      /the test set has (other classes than the training set|vectors of 1 numbers, but the training set vectors of 2|2 x 1 images, but the training set vectors)/,
    );
});
