import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRuntime, writeRuntimeFile } from "../src/index.ts";
import { loadThreaded } from "../src/threads.ts";
import { gatedNetwork } from "./networks.ts";
import { floats, generator } from "./reference.ts";
import { usualCosts } from "./values.ts";

const random = generator(4);
const network = gatedNetwork(60, 320, 16, 0.2);
const options = { costs: usualCosts };

test("any number of threads gives the bits of one, for batches of every size", async () => {
  const one = await loadRuntime(network, options);
  for (const threads of [1, 2, 3]) {
    const many = await loadThreaded(writeRuntimeFile(network), { ...options, threads });
    for (const batch of [1, 2, 3, 5, 64, 65, 127, 500, 1600]) {
      const x = floats(batch * 60, random);
      expect(many.forward(x)).toEqual(one.forward(x));
    }
    // Many small batches one after another: workers must neither miss one nor do one twice.
    for (let i = 0; i < 300; i++) {
      const x = floats(6 * 60, random);
      expect(many.forward(x)).toEqual(one.forward(x));
    }
    many.close();
  }
});

test("threads give the bits of one where the engine learns to fuse in between, as Node 20 does by a flag", () => {
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-fuse-"));
  const file = join(folder, "network.hardgrad");
  writeFileSync(file, writeRuntimeFile(network));
  const built = (name: string) => JSON.stringify(new URL(`../dist/${name}`, import.meta.url).href);
  const script = `
    import { readFileSync } from "node:fs";
    import { setFlagsFromString } from "node:v8";
    import { loadRuntime } from ${built("index.js")};
    import { loadThreaded } from ${built("threads.js")};
    const network = new Uint8Array(readFileSync(${JSON.stringify(file)}));
    const x = Float32Array.from({ length: 300 * 60 }, (_, i) => Math.sin(i));
    const one = (await loadRuntime(network)).forward(x);
    if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
    const many = await loadThreaded(network, { threads: 2 });
    const both = many.forward(x);
    many.close();
    console.log(one.length, one.filter((v, i) => v !== both[i]).length);`;
  writeFileSync(join(folder, "both.mjs"), script);
  const said = execFileSync(process.execPath, [join(folder, "both.mjs")]);
  rmSync(folder, { recursive: true });
  expect(said.toString().trim()).toBe("3000 0");
});

test("a NaN in any thread's part is refused, and the next batch runs", async () => {
  const many = await loadThreaded(network, options);
  const good = floats(256 * 60, random);
  for (const example of [0, 100, 255]) {
    const bad = good.slice();
    bad[example * 60 + 7] = Number.NaN;
    expect(() => many.forward(bad)).toThrow(`example ${example} holds NaN at position 7`);
    expect(many.forward(good)).toHaveLength(2560);
  }
  many.close();
});

test("after close everything runs on the calling thread", async () => {
  const one = await loadRuntime(network, options);
  const many = await loadThreaded(network, options);
  const x = floats(300 * 60, random);
  many.close();
  many.close();
  expect(many.forward(x)).toEqual(one.forward(x));
});

test("a number of threads that makes no sense is refused", async () => {
  for (const threads of [0, 1.5, 65, Number.NaN])
    await expect(loadThreaded(network, { ...options, threads })).rejects.toThrow(`threads is ${threads}`);
});
