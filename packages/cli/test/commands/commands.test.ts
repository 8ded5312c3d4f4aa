import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { RemoteDataset } from "@hardgrad/experiments";
import { catalogue } from "hardgrad";
import { describe, expect, test } from "vitest";
import { parseEstimator } from "../../src/ask/estimator.ts";
import { loadDataset } from "../../src/data/datasets.ts";
import { appendWhole, type Disk, writeWhole } from "../../src/disk/files.ts";
import { hardgrad, scratch } from "../run.ts";

describe("list, show, first screen", () => {
  test("list and show give the catalogue as JSON", async () => {
    const listed = JSON.parse((await hardgrad(["list", "--json"])).stdout);
    expect(listed.map((e: { id: string }) => e.id)).toEqual(catalogue.map((e) => e.id));
    const shown = JSON.parse((await hardgrad(["show", "rloo", "--json"])).stdout);
    expect(shown.bibtex).toMatch(/^@misc\{kool2019/);
    for (const { id } of catalogue.slice(0, 3))
      expect((await hardgrad(["show", id])).stdout).toContain("@misc");
    expect((await hardgrad(["show", "reinmax"])).stdout).toMatch(/estimate .* g .*\n {11}f: the rest of the network; g: /); // biome-ignore format: one thought
  });
  test("another name of an estimator does where its id does", async () => {
    expect((await hardgrad(["list"])).stdout).toMatch(
      /also known as: indecater \(local-expectation\), sfess \(rloo\)/,
    );
    const listed = JSON.parse((await hardgrad(["list", "--json"])).stdout);
    const rloo = listed.find((e: { id: string }) => e.id === "rloo");
    expect(rloo.aliases).toMatchObject([{ id: "sfess", reference: { key: "wijk2025" } }]);
    expect((await hardgrad(["show", "sfess"])).stdout).toMatch(/^rloo: .*known as {3}SFESS .*two laws/s);
    expect((await hardgrad(["cite", "sfess"])).stdout).toMatch(/^@misc\{wijk2025,/);
    expect((await hardgrad(["show", "sfes"])).stderr).toMatch(/did you mean sfess\?/);
    const flags = ["--problem", "categorical", "--samples", "100", "--json"];
    const { rows } = JSON.parse((await hardgrad(["audit", "indecater", ...flags])).stdout);
    expect(rows).toMatchObject([{ id: "local-expectation", label: "local-expectation" }]);
    expect(parseEstimator("sfess:samples=2")).toEqual({ id: "rloo", options: { samples: 2 } });
  });
  test("no arguments: four commands to paste", async () => {
    const { code, stdout } = await hardgrad([]);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}npx hardgrad/gm)!.length).toBe(4);
    const { stdout: help } = await hardgrad(["train", "--help"]);
    expect(help).toMatch(/classifier .*vae .*continual/s);
    expect(help).toMatch(/; or a\s+module\s+file\s+of\s+yours/);
    expect((await hardgrad(["train", "classifier", "--help"])).stdout).toContain("--slope-growth");
    expect((await hardgrad(["check", "--help"])).stdout).toContain("(default: 0)");
  });
});

describe("figures", () => {
  test("neuron: 10,000 points of [-3, 3], hard above and below, near the probability between", async () => {
    const cwd = scratch();
    for (const file of ["n.svg", "n.png", "n.csv", "u.png"])
      expect(
        (await hardgrad(["figure", file.startsWith("n") ? "neuron" : "units", "--out", file], { cwd })).code,
      ).toBe(0);
    const rows = readFileSync(join(cwd, "n.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((l) => l.split(",").map(Number));
    expect(rows.length).toBe(10_000);
    expect(rows[0]![0]).toBe(-3);
    expect(rows.at(-1)![0]).toBe(3);
    for (const [a, p, h] of rows as [number, number, number][]) {
      expect(p).toBeCloseTo(Math.min(1, Math.max(0, (a + 1) / 2)), 5);
      expect(h === 0 || h === 1).toBe(true);
      if (a < -1) expect(h).toBe(0);
      if (a > 1) expect(h).toBe(1);
    }
    // The sum of (h - p) has variance sum p(1 - p) = 10000/6 * 2/6: a standard deviation of 23.6.
    const excess = rows.reduce((s, [, p, h]) => s + h! - p!, 0);
    expect(Math.abs(excess)).toBeLessThan(4.5 * 23.6);
    expect(readFileSync(join(cwd, "n.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(fs.statSync(join(cwd, "n.svg")).size).toBeLessThan(400_000);
  });
  test("the same seed gives the same file, another seed and the sigmoid another", async () => {
    const svg = async (...args: string[]) => (await hardgrad(["figure", "neuron", ...args])).stdout;
    expect(await svg("--seed", "7")).toBe(await svg("--seed", "7"));
    expect(await svg("--seed", "8")).not.toBe(await svg("--seed", "7"));
    expect(await svg("--squash", "sigmoid", "--slope", "3")).toContain("sigmoid(3 a)");
  });
});

test("a disk that is full in the middle leaves the old file, and no other", () => {
  const cwd = scratch();
  const path = join(cwd, "file");
  writeFileSync(path, "old");
  const full: Disk = {
    ...fs,
    writeSync: (() => {
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    }) as never,
  };
  expect(() => writeWhole(path, "new", full)).toThrow(/the disk is full/);
  expect(() => appendWhole(path, "new", full)).toThrow(/the disk is full/);
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(fs.readdirSync(cwd)).toEqual(["file"]);
});

describe("downloads", () => {
  const idx = (dims: number[], fill: number): Buffer => {
    const head = Buffer.alloc(4 + 4 * dims.length);
    head.set([0, 0, 8, dims.length]);
    dims.forEach((n, i) => {
      head.writeUInt32BE(n, 4 + 4 * i);
    });
    return Buffer.concat([
      head,
      Buffer.alloc(
        dims.reduce((a, b) => a * b, 1),
        fill,
      ),
    ]);
  };
  const files: { [name: string]: Buffer } = { images: idx([3, 28, 28], 7), labels: idx([3], 1) };
  const sha = (name: string): string => createHash("sha256").update(files[name]!).digest("hex");
  const remote = (...mirrors: string[]): RemoteDataset[] => {
    const file = (name: string) => ({ name, sha256: sha(name) });
    const entries = {
      trainImages: file("images"),
      trainLabels: file("labels"),
      testImages: file("images"),
      testLabels: file("labels"),
    };
    return [{ name: "mnist", title: "", licence: "", mirrors, files: entries }];
  };

  /** A server that breaks off the first transfer of each file when told to. */
  async function serve(options: { breakOff?: boolean; wrong?: boolean }) {
    const ranges: string[] = [];
    const broken = new Set<string>();
    const server = createServer((request, response) => {
      const name = request.url!.slice(1);
      const body = options.wrong ? Buffer.from("wrong") : files[name]!;
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (request.headers.range) ranges.push(request.headers.range);
      response.writeHead(from ? 206 : 200, { "content-length": body.length - from });
      if (options.breakOff && !broken.has(name) && body.length > 100) {
        broken.add(name);
        response.write(body.subarray(from, 100));
        setTimeout(() => response.destroy(), 50);
      } else response.end(body.subarray(from));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return { url, ranges, close: () => server.close() };
  }

  test("a wrong file and a broken transfer: the next mirror, and the rest only", async () => {
    const bad = await serve({ wrong: true });
    const good = await serve({ breakOff: true });
    const cacheDir = scratch();
    const { train } = await loadDataset("mnist", { remote: remote(bad.url, good.url), cacheDir });
    expect(train.count).toBe(3);
    expect(train.images[5]).toBe(7);
    expect(good.ranges).toContain("bytes=100-");
    bad.close();
    good.close();
    // Now from the cache, with no server.
    expect((await loadDataset("mnist", { remote: remote(bad.url), cacheDir })).test.count).toBe(3);
  });
  test("offline: one sentence with the way out", async () => {
    await expect(
      loadDataset("mnist", { remote: remote("http://127.0.0.1:9/"), cacheDir: scratch() }),
    ).rejects.toThrow(
      /^cannot download mnist\/images from any mirror; go online, set HARDGRAD_DATA .*--data drawn/,
    );
  });
  test("HARDGRAD_DATA, gzipped or not", async () => {
    const dataDir = scratch();
    mkdirSync(join(dataDir, "mnist"));
    for (const name of ["images", "labels"]) writeFileSync(join(dataDir, "mnist", name), files[name]!);
    expect((await loadDataset("mnist", { remote: remote(), dataDir })).train.count).toBe(3);
  });
  test.skipIf(!process.env.HARDGRAD_DATA)("real MNIST and Fashion-MNIST (needs HARDGRAD_DATA)", async () => {
    for (const name of ["mnist", "fashion-mnist"]) {
      const { train, test: held } = await loadDataset(name, { dataDir: process.env.HARDGRAD_DATA });
      expect([train.count, held.count]).toEqual([60_000, 10_000]);
    }
  });
});
