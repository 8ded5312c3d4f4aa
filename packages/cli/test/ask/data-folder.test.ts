import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseAmat, type RemoteDataset, remoteDatasets } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/datasets.ts";
import { scratch } from "../run.ts";

/** A file in the IDX format. */
function idx(shape: readonly number[], fill: number): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  for (const [i, n] of shape.entries()) head.writeUInt32BE(n, 4 + 4 * i);
  return Buffer.concat([head, Buffer.alloc(shape.reduce((a, b) => a * b), fill)]); // biome-ignore format: one thought
}

const images = (count: number, grey: number): Buffer => idx([count, 28, 28], grey);
const labels = (count: number): Buffer => idx([count], 3);

/** The four files by the authors' names. */
const four = (grey: number): { [name: string]: Buffer } => ({
  "train-images-idx3-ubyte": images(5, grey),
  "train-labels-idx1-ubyte": labels(5),
  "t10k-images-idx3-ubyte": images(2, grey),
  "t10k-labels-idx1-ubyte": labels(2),
});

/** Writes files below a new folder; `rename` says where each goes. */
function folderOf(files: { [name: string]: Buffer }, rename: (name: string) => string): string {
  const root = scratch();
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(root, rename(name));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, /\.gz$/i.test(path) ? gzipSync(bytes) : bytes);
  }
  return root;
}

const kaggle = (name: string): string => name.replace(/-idx/, ".idx");

describe("layouts of a data folder", () => {
  test.each<[string, (name: string) => string]>([
    ["a subfolder, packed", (n) => `mnist/${n}.gz`],
    ["a subfolder, unpacked", (n) => `mnist/${n}`],
    ["packed by a program that shouts", (n) => `mnist/${n}.GZ`],
    ["upper case altogether", (n) => `MNIST/${n.toUpperCase()}.gz`],
    ["torchvision", (n) => `MNIST/raw/${n}`],
    ["torchvision, packed", (n) => `MNIST/raw/${n}.gz`],
    ["the folder itself", (n) => n],
    ["the folder itself, packed", (n) => `${n}.gz`],
    ["torchvision's own folder", (n) => `raw/${n}`],
    ["Kaggle", kaggle],
    ["Kaggle in a subfolder", (n) => `mnist/${kaggle(n)}`],
    ["an archive in which every file has its folder", (n) => `mnist/${n}/${n}`],
    ["Kaggle's archive", (n) => `${kaggle(n)}/${kaggle(n)}`],
  ])("%s", async (_title, rename) => {
    const { train, test: held } = await loadDataset("mnist", { dataDir: folderOf(four(7), rename) });
    expect([train.count, held.count, train.images[9], train.labels[4]]).toEqual([5, 2, 7, 3]);
  });

  test("two datasets in one folder, and neither for the other", async () => {
    const dataDir = folderOf({ ...four(7) }, (n) => `MNIST/raw/${n}`);
    for (const [name, bytes] of Object.entries(four(9))) {
      mkdirSync(join(dataDir, "FashionMNIST", "raw"), { recursive: true });
      writeFileSync(join(dataDir, "FashionMNIST", "raw", name), bytes);
    }
    expect((await loadDataset("mnist", { dataDir })).train.images[0]).toBe(7);
    expect((await loadDataset("fashion-mnist", { dataDir })).train.images[0]).toBe(9);
    // A folder that is called after another dataset holds that one, though the files are named the same.
    const [fashion] = remoteDatasets.filter((d) => d.name === "fashion-mnist");
    const offline = { remote: [{ ...fashion!, mirrors: ["http://127.0.0.1:9/"] }], cacheDir: scratch() };
    await expect(
      loadDataset("fashion-mnist", { ...offline, dataDir: join(dataDir, "MNIST") }),
    ).rejects.toThrow(/fashion-mnist is not in HARDGRAD_DATA/);
    expect((await loadDataset("mnist", { dataDir: join(dataDir, "MNIST") })).train.images[0]).toBe(7);
    expect((await loadDataset("mnist", { dataDir: join(dataDir, "MNIST", "raw") })).train.count).toBe(5);
  });

  test("files that are known to be of another dataset are refused by their content", async () => {
    const files = four(7);
    const unpacked = createHash("sha256").update(files["t10k-images-idx3-ubyte"]!).digest("hex");
    const [mnist, fashion] = remoteDatasets as [RemoteDataset, RemoteDataset];
    const testImages = { ...fashion.files.testImages, unpacked };
    const remote = [mnist, { ...fashion, files: { ...fashion.files, testImages } }];
    const dataDir = folderOf(files, (n) => `${n}.gz`);
    await expect(loadDataset("mnist", { dataDir, remote })).rejects.toThrow(
      /t10k-images-idx3-ubyte\.gz is a file of fashion-mnist, by its SHA-256, and not of mnist/,
    );
  });

  test("a part of the files, damaged ones and unreadable folders: the full path is said", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...three } = four(7);
    for (const place of ["mnist/", ""]) {
      const part = folderOf(three, (n) => `${place}${n}`);
      await expect(loadDataset("mnist", { dataDir: part })).rejects.toThrow(
        `${join(part, place)}`.replace(/\/$/, "") +
          " has train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte of mnist, but not t10k-labels-idx1-ubyte.gz",
      );
    }
    const short = folderOf({ ...four(7), "t10k-labels-idx1-ubyte": labels(1) }, (n) => `MNIST/raw/${n}`);
    await expect(loadDataset("mnist", { dataDir: short })).rejects.toThrow(
      `${join(short, "MNIST", "raw", "t10k-images-idx3-ubyte")}: 2 images, but labels of shape [1]`,
    );
    const cut = folderOf(four(7), (n) => n);
    writeFileSync(join(cut, "t10k-images-idx3-ubyte"), images(2, 7).subarray(0, 900));
    await expect(loadDataset("mnist", { dataDir: cut })).rejects.toThrow(
      `${join(cut, "t10k-images-idx3-ubyte")}: has 884 bytes`,
    );
    await expect(loadDataset("mnist", { dataDir: join(cut, "no") })).rejects.toThrow(
      `cannot read the folder ${join(cut, "no")}: it does not exist`,
    );
    await expect(loadDataset("mnist", { dataDir: join(cut, "t10k-labels-idx1-ubyte") })).rejects.toThrow(
      /a part of the path is a file/,
    );
  });
});

describe("the folder, then the cache, then a download", () => {
  const files = four(7);
  const remoteOf = (...mirrors: string[]): RemoteDataset[] => {
    const [mnist] = remoteDatasets as [RemoteDataset];
    const signed = Object.entries(mnist.files).map(([role, { name }]) => {
      const sha256 = createHash("sha256").update(files[name.replace(".gz", "")]!).digest("hex");
      return [role, { name, sha256 }];
    });
    return [{ ...mnist, mirrors, files: Object.fromEntries(signed) }];
  };

  test("a folder without the files falls back to the cache, and says so", async () => {
    const cacheDir = folderOf(files, (n) => `mnist/x${n}`);
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(cacheDir, "mnist", `${name}.gz`), bytes);
    const said: string[] = [];
    const dataDir = scratch();
    const remote = remoteOf("http://127.0.0.1:9/");
    const notice = (sentence: string): void => void said.push(sentence);
    const { train } = await loadDataset("mnist", { dataDir, cacheDir, remote, notice });
    expect(train.count).toBe(5);
    expect(said.join()).toContain(`mnist is not in HARDGRAD_DATA (looked in ${dataDir}/mnist, `);
  });

  test("nowhere: all that was tried, and the way out", async () => {
    const [dataDir, cacheDir] = [scratch(), scratch()];
    const remote = remoteOf("http://127.0.0.1:9/");
    const failure = await loadDataset("mnist", { dataDir, cacheDir, remote }).catch((e: Error) => e.message);
    for (const part of [
      "cannot download mnist/train-images-idx3-ubyte.gz from any mirror",
      `looked in ${dataDir}/mnist, ${dataDir}/mnist/raw, ${dataDir}, ${dataDir}/raw`,
      `nor in the cache ${cacheDir}/mnist`,
      "--data drawn",
    ])
      expect(failure).toContain(part);
  });
});

describe("binarized MNIST", () => {
  const line = (ones: number): string => [...Array(784).keys()].map((i) => (i < ones ? 1 : 0)).join(" ");

  test("as Larochelle published it, as text; and as IDX", async () => {
    const text = (ones: number[]): Buffer => Buffer.from(`${ones.map(line).join("\n")}\n`);
    const amat = { "binarized_mnist_train.amat": text([3, 784, 0]), "binarized_mnist_test.amat": text([1]) };
    for (const rename of [
      (n: string) => n,
      (n: string) => `binarized-mnist/${n}`,
      (n: string) => `BinarizedMNIST/${n}.gz`,
    ]) {
      const { train, test: held, classes } = await loadDataset("binarized-mnist", { dataDir: folderOf(amat, rename) }); // biome-ignore format: one thought
      expect([train.count, held.count, classes]).toEqual([3, 1, []]);
      expect(train.images.subarray(0, 784).reduce((n, v) => n + (v === 255 ? 1 : v === 0 ? 0 : 99), 0)).toBe(
        3,
      );
      expect([train.images[2], train.images[3], train.images[784 + 783], held.images[1]]).toEqual([255, 0, 255, 0]); // biome-ignore format: one thought
    }
    const asIdx = { "train-images-idx3-ubyte": images(3, 255), "test-images-idx3-ubyte": images(1, 0) };
    const dataDir = folderOf(asIdx, (n) => `binarized-mnist/${n}.gz`);
    expect((await loadDataset("binarized-mnist", { dataDir })).train.count).toBe(3);
  });

  test("a damaged text is refused with its line", () => {
    const parse = (text: string): unknown => parseAmat(Buffer.from(text), "x.amat");
    expect(() => parse(`${line(1)}\n0 1`)).toThrow(/^x\.amat: line 2 has 2 pixels/);
    expect(() => parse(line(1).replace("1", "2"))).toThrow(/line 1 has the character "2"/);
    expect(() => parse(line(1).replace("1 0", "10"))).toThrow(/a number of two digits/);
    expect(() => parse("<html>")).toThrow(/line 1 has the character "<"/);
  });

  test("where to get it is said, in no circle", async () => {
    const source = /binarized_mnist_train\.amat and binarized_mnist_test\.amat from http:\S+larocheh\S+ into/;
    await expect(loadDataset("binarized-mnist")).rejects.toThrow(source);
    const dataDir = scratch();
    const inFolder = loadDataset("binarized-mnist", { dataDir });
    await expect(inFolder).rejects.toThrow(source);
    await expect(inFolder).rejects.toThrow(`into ${dataDir}/binarized-mnist`);
  });
});
