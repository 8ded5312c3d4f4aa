import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { drawnDigits } from "../src/index.ts";

test("the plain loop learns, saves what it loads, and exports what it measured", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-"));
  const example = fileURLToPath(new URL("../../../examples/plain-loop/train.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [example, folder], { encoding: "utf8" });
  const [trained, loaded] = [...output.matchAll(/test accuracy (\S+)/g)].map((m) => Number(m[1]));
  expect(trained).toBeGreaterThan(0.6); // chance is 0.1; measured: 0.76
  expect(loaded).toBe(trained);
  const session = await InferenceSession.create(readFileSync(join(folder, "model.onnx")));
  const { images, labels, count } = drawnDigits({ seed: 0, train: 3000, test: 500 }).test;
  const x = Float32Array.from(images, (v) => v / 255);
  const { scores } = await session.run({ image: new Tensor(x, [count, 784]) });
  const data = scores!.data as Float32Array;
  let right = 0;
  for (let n = 0; n < count; n++) {
    const row = Array.from(data.subarray(n * 10, n * 10 + 10));
    if (row.indexOf(Math.max(...row)) === labels[n]) right++;
  }
  expect(Math.abs(right / count - trained!)).toBeLessThanOrEqual(0.004); // ties of float32, two images of 500
});
