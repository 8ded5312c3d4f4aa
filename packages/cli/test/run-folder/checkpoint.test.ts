import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Checkpoint, decodeCheckpoint } from "@hardgrad/experiments";
import { expect, test } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../src/run-folder/checkpoint.ts";
import { scratch } from "../run.ts";

const checkpoint: Checkpoint = {
  config: {
    experiment: "generator",
    estimator: { id: "reinmax", options: {} },
    data: "drawn",
    drawn: { train: 10, test: 5 },
    seed: 3,
    settings: { mode: "supervised" },
  },
  step: 12,
  tensors: {
    "params.w": { shape: [2, 3], data: Float32Array.of(0.1, -0, 3, 1e-40, 5, Number.NaN) },
    "params.b": { shape: [], data: Float32Array.of(7) },
    "params.none": { shape: [0, 4], data: new Float32Array(0) },
  },
  record: { last: { "loss/test": 1.5 }, best: {}, epoch: { total: 0, steps: 0 }, texts: { a: "é" } },
};

test("what was written is read back, by the command and by the browser's reader", async () => {
  const path = join(scratch(), "checkpoint.safetensors");
  writeCheckpoint(path, checkpoint);
  expect(readCheckpoint(path)).toEqual(checkpoint);
  expect(await decodeCheckpoint(readFileSync(path))).toEqual(checkpoint);
  // Anywhere in memory: a file inside a larger buffer, at an odd offset.
  const bytes = readFileSync(path);
  const larger = new Uint8Array(bytes.length + 9);
  larger.set(bytes, 3);
  expect(await decodeCheckpoint(larger.subarray(3, 3 + bytes.length))).toEqual(checkpoint);
});

test("a file that is cut anywhere, or has one wrong byte, is refused", async () => {
  const path = join(scratch(), "checkpoint.safetensors");
  writeCheckpoint(path, checkpoint);
  const bytes = readFileSync(path);
  const damaged =
    /^decodeCheckpoint: these bytes are not a readable checkpoint.*(damaged|not written by hardgrad)/;
  for (let length = 0; length < bytes.length; length += 7)
    await expect(decodeCheckpoint(bytes.subarray(0, length))).rejects.toThrow(damaged);
  const header = Number(bytes.readBigUInt64LE(0));
  for (const at of [0, 7, 8, 30, 8 + header, bytes.length - 1]) {
    const wrong = Buffer.from(bytes);
    wrong[at] = wrong[at]! ^ 0x41;
    await expect(decodeCheckpoint(wrong)).rejects.toThrow(damaged);
    writeFileSync(path, wrong);
    expect(() => readCheckpoint(path)).toThrow(/^cannot resume from .*(damaged|not written by hardgrad)/);
  }
});
