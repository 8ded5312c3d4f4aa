import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { Dataset, RunConfig, Split } from "@hardgrad/experiments";
import { encode, type ImageData } from "fast-png";
import { describe, expect, test } from "vitest";
import { imagesIn } from "../../src/data/image-folder.ts";
import { ownDataOf } from "../../src/data/own-data.ts";
import { hardgrad, outside, scratch } from "../run.ts";

type Files = { readonly [path: string]: string | Uint8Array };

/** A new folder with these files in it. */
function folder(files: Files): string {
  const root = scratch();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const load = (data: string): Promise<Dataset> => ownDataOf({ data } as RunConfig, true);

/** A PNG file with pixels in the order of its channels. */
function png(data: readonly number[], about: Partial<ImageData> & { width: number }): Uint8Array {
  const { width, channels = 1, depth = 8 } = about;
  const height = depth < 8 ? data.length / Math.ceil((width * depth) / 8) : data.length / channels / width;
  return encode({ ...about, height, channels, depth, data: depth === 16 ? Uint16Array.from(data) : Uint8Array.from(data) }); // biome-ignore format: one thought
}

const grey = (...data: number[]): Uint8Array => png(data, { width: 2 });

/** Two images of each class. */
const classes = (...names: string[]): Files =>
  Object.fromEntries(names.flatMap((name, n) => [0, 1].map((i) => [`${name}/${i}.png`, grey(n, i, 0, 9)])));

/** Class and pixels of each example, of both sets. */
function examples({ train, test, classes }: Dataset): { [label: string]: number[][] } {
  const found: { [label: string]: number[][] } = Object.fromEntries(classes.map((name) => [name, []]));
  const add = ({ images, labels, size, count }: Split): void => {
    for (let n = 0; n < count; n++)
      found[classes[labels[n]!]!]!.push([...images.subarray(n * size, (n + 1) * size)]);
  };
  add(train);
  add(test);
  return found;
}

test("PNG files in a folder for each class, in the natural order of names; a sixth is the test set", async () => {
  const files = Array.from({ length: 12 }, (_, n) => [`10/${n}.PNG`, grey(n, 1, 2, 3)] as const);
  const dataset = await load(
    folder({ ...classes("2", "cat"), ...Object.fromEntries(files), ".DS_Store": "" }),
  );
  expect(dataset.shape).toEqual({ height: 2, width: 2 });
  expect(dataset.classes).toEqual(["2", "10", "cat"]);
  expect([dataset.train.count, dataset.test.count]).toEqual([12, 4]);
  expect(examples(dataset)["10"]!.map(([first]) => first).sort((a, b) => a! - b!)).toEqual(files.map((_, n) => n)); // biome-ignore format: one thought
  // The classes take turns, so that the first images of a report are of all.
  expect(new Set(dataset.train.labels.subarray(0, 6)).size).toBe(3);
});

test("every kind of PNG becomes grey: luma of colours, transparent parts black, 16 bits as 8", async () => {
  const kinds: { readonly [name: string]: readonly [Uint8Array, readonly number[]] } = {
    grey: [grey(0, 7, 200, 255), [0, 7, 200, 255]],
    sixteen: [png([0, 257, 65535, 32896], { width: 2, depth: 16 }), [0, 1, 255, 128]],
    colour: [png([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9], { width: 2, channels: 3 }), [76, 150, 29, 9]],
    alpha: [png([255, 255, 255, 255, 255, 255, 255, 0, 100, 100, 100, 51, 5, 5, 5, 255], { width: 2, channels: 4 }), [255, 0, 20, 5]],
    "grey-alpha": [png([255, 255, 255, 0, 100, 51, 5, 255], { width: 2, channels: 2 }), [255, 0, 20, 5]],
    palette: [png([0, 1, 2, 1], { width: 2, palette: [[0, 0, 0], [255, 255, 255], [255, 0, 0]] }), [0, 255, 76, 255]],
    bits: [png([0b01000000, 0b10000000], { width: 2, depth: 1 }), [0, 255, 255, 0]],
    "two-bits": [png([0b00010000, 0b11100000], { width: 2, depth: 2 }), [0, 85, 255, 170]],
  }; // biome-ignore format: a table
  const files = Object.entries(kinds).flatMap(([name, [bytes]]) =>
    [0, 1].map((n) => [`${name}/${n}.png`, bytes] as const),
  );
  const found = examples(await load(folder(Object.fromEntries(files))));
  expect(found).toEqual(
    Object.fromEntries(Object.entries(kinds).map(([name, [, values]]) => [name, [values, values]])),
  );
});

test("dark ink on white paper is told: the networks expect a background of 0", async () => {
  const paper = (ink: number): Files => Object.fromEntries(["a", "b"].flatMap((name) => [0, 1].map((n) => [`${name}/${n}.png`, grey(ink, 255 - ink, ink, ink)]))); // biome-ignore format: one thought
  const said = async (ink: number): Promise<string> => {
    const sentences: string[] = [];
    await imagesIn(folder(paper(ink)), readFileSync, { progress: async () => {}, notice: (s) => sentences.push(s) }); // biome-ignore format: one thought
    return sentences.join();
  };
  expect(await said(255)).toMatch(/are bright \(mean 191 of 255\).*invert/);
  expect(await said(0)).toBe("");
});

/** Four IDX files of two images of one pixel, with these labels. */
const idx = (classes: readonly number[]): Files => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6);
  return { "train-images": images, "train-labels": labels(classes), "test-images": images, "test-labels": labels(classes) }; // biome-ignore format: one thought
};
const labels = (classes: readonly number[]): Uint8Array =>
  Uint8Array.of(0, 0, 8, 1, 0, 0, 0, classes.length, ...classes);

/** A chunk of a PNG file changed, with its checksum. */
function changed(file: Uint8Array, at: number, value: number): Uint8Array {
  const bytes = Buffer.from(file);
  bytes[at] = value;
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}
const paletteless = (): Uint8Array => changed(grey(0, 1, 2, 3), 25, 3);
const interlaced = (): Uint8Array => changed(png([0, 0], { width: 2, depth: 1 }), 28, 1);

test("labels of IDX files need not begin at 0, nor be without gaps", async () => {
  const dataset = await load(folder(idx([26, 1])));
  expect(dataset.classes).toEqual(["1", "26"]);
  expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([1, 0, 1, 0]);
});

test("what is no file is not waited for; a link to nothing is named", async () => {
  const root = folder(classes("a", "b"));
  symlinkSync(join(root, "nowhere"), join(root, "a/9.png"));
  await expect(load(root)).rejects.toThrow(/a.9\.png: can't be read: it does not exist/);
  if (process.platform !== "win32") await expect(load("/dev/zero")).rejects.toThrow("is not a file");
});

test("subfolders train and test: images, tables and IDX files", async () => {
  const within = (part: string, files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([path, content]) => [`${part}/${path}`, content]));
  const images = await load(
    folder({ ...within("train", classes("a", "b", "c")), ...within("test", classes("b")) }),
  );
  expect(images.classes).toEqual(["a", "b", "c"]);
  expect([images.train.count, [...images.test.labels]]).toEqual([6, [1, 1]]);

  const table = await load(
    folder({ "train/points.csv": "x,label\n1,u\n2,v\n3,u", "test/more.csv": "x,label\n4,v" }),
  );
  expect([table.train.count, [...table.test.labels]]).toEqual([3, [1]]);

  const pictures = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4);
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 0);
  const part = { "images-idx3-ubyte": pictures, "labels-idx1-ubyte": labels };
  const idx = await load(folder({ ...within("train", part), ...within("test", part) }));
  expect(idx.shape).toEqual({ height: 1, width: 2 });
  expect([...idx.test.labels]).toEqual([1, 0]);

  // Without train/, or with images right in it, these are names of classes.
  expect((await load(folder(classes("test", "train")))).classes).toEqual(["test", "train"]);
});

describe("what does not fit is said in one sentence that names the file", () => {
  const good = classes("a", "b");
  const flipped = grey(1, 2, 3, 4);
  flipped[flipped.length - 20]! ^= 1;
  const cases: { readonly [name: string]: readonly [Files, RegExp] } = {
    "another size": [{ ...good, "b/1.png": png([1, 2, 3], { width: 3 }) }, /b.1\.png: is 3 x 1, but .*a.0\.png is 2 x 2; all images must have one size/],
    "an empty class": [{ ...good, "dog/.keep": "" }, /dog: class dog has no PNG files; put PNG files there/],
    "another format": [{ ...good, "dog/a.jpg": "", "dog/b.jpg": "" }, /class dog has no PNG files, but 2 others/],
    "no PNG by content": [{ ...good, "a/9.png": "GIF89a and what comes after it" }, /a.9\.png: is not a PNG file/],
    truncated: [{ ...good, "a/9.png": grey(1, 2, 3, 4).subarray(0, 50) }, /a.9\.png: is a damaged PNG file/],
    "a flipped bit": [{ ...good, "a/9.png": flipped }, /a.9\.png: is a damaged PNG file/],
    "one class": [classes("a"), /has 1 class folder; it needs 2 to 256/],
    "too many classes": [classes(...Array.from({ length: 257 }, (_, n) => `c${n}`)), /has 257 class folders; it needs 2 to 256/],
    "a lonely image": [{ ...good, "c/0.png": grey(1, 2, 3, 4) }, /class c has 1 example; it needs 2/],
    "a folder called .png": [{ ...good, "a/9.png/x": "" }, /a.9\.png: is not a file; remove it/],
    "a palette that is missing": [{ ...good, "a/9.png": paletteless() }, /a.9\.png: is a damaged PNG file \(its palette is missing\)/],
    "interlaced bits": [{ ...good, "a/9.png": interlaced() }, /a.9\.png: is interlaced with 1 bits a pixel, which is not read; save it without/],
    "an empty test set": [{ "train/a/0.png": grey(1, 2, 3, 4), "train/b/0.png": grey(1, 2, 3, 4), "test/.keep": "" }, /test: has no PNG files/],
    "a test set of another size": [{ "train/a/0.png": grey(1, 2, 3, 4), "train/b/0.png": grey(1, 2, 3, 4), "test/a/0.png": png([1, 2, 3, 4], { width: 4 }) }, /the test set has 4 x 1 images, but the training set 2 x 2 images/],
    "a test folder without a table": [{ "train/a.csv": "x,label\n1,a\n2,b", "test/notes.txt": "" }, /test: has no \.csv file, but .*train has/],
    "two tables": [{ "train/a.csv": "x,label\n1,a\n2,b", "train/b.csv": "" }, /train: has 2 \.csv files, a\.csv and others/],
    "a table in another encoding": [{ "train.csv": Uint8Array.of(...Buffer.from("x,label\n1,M"), 0xfc, 0x6e) }, /train\.csv: is not text in UTF-8/],
    "one class of IDX": [idx([0, 0]), /train-labels: has 1 class; it needs 2 to 256/],
    "a label of IDX that is not trained": [{ ...idx([3, 7]), "test-labels": labels([7, 4]) }, /test-labels: label 1 is 4, a class that the training set lacks/],
    "missing IDX files": [{ "train-images": "", "train-labels": "" }, /it does not have test-images, test-labels; put all four there/],
    "a class that is not trained": [{ "train/a/0.png": grey(1, 2, 3, 4), "train/b/0.png": grey(1, 2, 3, 4), "test/c/0.png": grey(1, 2, 3, 4) }, /test.c: is a class that the training set lacks/],
  }; // biome-ignore format: a table
  for (const [name, [files, words]] of Object.entries(cases))
    test(name, async () => {
      const root = folder(files);
      const error: Error = await load(root).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      expect(error.message).toMatch(words);
      expect(error.message.startsWith(`--data ${root}: `)).toBe(true);
    });
});

const short = ["--epochs", "1", "--batch", "2", "--checkpoint-every", "1"];

test("a folder beside train and test is said to be skipped", async () => {
  const root = folder({ ...classes("train/a", "train/b"), ...classes("val/a") });
  const { stderr } = await hardgrad(["train", "classifier", "--data", root, ...short, "--out", join(scratch(), "a")]); // biome-ignore format: one command
  expect(stderr).toContain("skipped val: train and test are read");
});

test("skipped files and colours are said once, and not with --quiet", async () => {
  const files = { ...classes("a", "b", "c"), "a/notes.txt": "", "list.csv": "" };
  const root = folder({
    ...files,
    "a/2.png": png([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], { width: 2, channels: 3 }),
  });
  const loud = await hardgrad([
    "train",
    "classifier",
    "--data",
    root,
    ...short,
    "--out",
    join(scratch(), "a"),
  ]);
  expect(loud.code).toBe(0);
  expect(loud.stderr.match(/skipped 2 entries that are no PNG file/g)).toHaveLength(1);
  expect(loud.stderr.match(/1 of 7 images in .* have colour or transparency/g)).toHaveLength(1);
  const quiet = await outside(["train", "classifier", "--data", root, ...short, "--quiet", "--out", "b"]);
  expect(quiet.stderr).toBe("");
  expect(quiet.code).toBe(0);
});

test("a run goes on with the data it was begun with, from any folder, and with no others", async () => {
  const cwd = folder({ ...classes("data/a", "data/b", "data/c") });
  const { code } = await hardgrad(["train", "classifier", "--data", "./data", ...short, "--out", "run"], { cwd }); // biome-ignore format: one command
  expect(code).toBe(0);
  const { files } = JSON.parse(readFileSync(join(cwd, "run/config.json"), "utf8"));
  expect(files).toEqual({ "./data": { path: join(cwd, "data"), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }); // biome-ignore format: one thought
  const resume = (epochs: number) => outside(["train", "--resume", join(cwd, "run"), "--epochs", String(epochs), "--quiet"]); // biome-ignore format: one command
  expect(await resume(2)).toMatchObject({ code: 0, stderr: "" });
  const file = join(cwd, "data/b/1.png");
  const kept = readFileSync(file);
  writeFileSync(file, grey(1, 1, 1, 8));
  const changed = await resume(3);
  expect(changed.code).toBe(1);
  expect(changed.stderr).toMatch(/^the run was made with other data than .*data has now \(SHA-256 [0-9a-f]{12}; now [0-9a-f]{12}\); put those files back, or start a new run\.\n$/); // biome-ignore format: one thought
  writeFileSync(file, kept);
  renameSync(join(cwd, "data"), join(cwd, "elsewhere"));
  const gone = await resume(3);
  renameSync(join(cwd, "elsewhere"), join(cwd, "data"));
  expect([gone.code, gone.stderr]).toEqual([
    1,
    `the run was made with the data ${join(cwd, "data")}, which are not there; put them back, or train a new run.\n`,
  ]);
  rmSync(join(cwd, "data/c/1.png"));
  writeFileSync(join(cwd, "data/c/2.png"), grey(2, 1, 0, 9)); // the same bytes under another name
  expect((await resume(3)).code).toBe(1);
  // Drawn digits, of another size, are no way out for the check of an export.
  const exported = await outside([
    "export",
    join(cwd, "run"),
    "--format",
    "runtime",
    "--out",
    join(cwd, "out"),
  ]);
  expect(exported.code).toBe(1);
  expect(exported.stderr).toMatch(/^the run was made with other data/);
});
