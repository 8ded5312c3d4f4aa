import { experiments, formOf, resolveSettings } from "@hardgrad/experiments";
import { expect, test } from "vitest";
import { freeName } from "../../src/draw/output.ts";
import { digitOf } from "../../src/draw/request.ts";
import { pictureSvg } from "../../src/figures/pictures.ts";

const generator = experiments.find(({ name }) => name === "generator")!;

/** Classes of one's own have any names: numbers that are not their places, other alphabets, long ones. */

test.each([
  ["7", ["3", "7"], 1],
  ["3", ["1", "2", "3"], 2],
  ["07", ["3", "7"], 1],
  ["1", ["cat", "dog"], 1],
  ["Ankle-Boot", ["sneaker", "ankle boot"], 1],
  ["пёс", ["кот", "пёс"], 1],
])("--digit %s of %j", (text, names, at) => {
  expect(digitOf(text, names)).toBe(at);
});

test("a class that is not there is refused with the names that are", () => {
  expect(() => digitOf("0", ["1", "2"])).toThrow(/a class of these data, by name \(1, 2\), not "0"/);
  expect(() => digitOf("лев", ["кот", "пёс"])).toThrow(/by number from 0 to 1 or by name \(кот, пёс\)/);
  const many = Array.from({ length: 256 }, (_, n) => `class ${n}`);
  expect(() => digitOf("none", many)).toThrow(/class 19, \.\.\.\)/);
});

test("the card of a generator asks for a class that it has", () => {
  const use = (...classes: string[]): string => {
    const form = { shape: { height: 2, width: 2 }, classes };
    return generator.card(resolveSettings(generator.options, {}, form), form).use;
  };
  expect(use("cat", "dog")).toContain("--digit dog`");
  expect(use("cat", "big dog")).toContain('--digit "big dog"`');
  expect(use(...formOf({ data: "mnist" }).classes)).toContain("--digit 7`");
});

test("a file is named as the class is", () => {
  const request = { kind: "digit", count: 1, seed: 0 } as const;
  expect(freeName(request, [0], ["кот"])).toBe("кот.png");
  expect(freeName(request, [0], ["Ankle boot"])).toBe("ankle-boot.png");
});

test("captions and labels of rows have room", () => {
  const tile = { pixels: new Uint8Array(4), right: false };
  const sheet = (caption: string, rows: string[] = []) => {
    const svg = pictureSvg({ name: "x", title: "x", columns: 2, shape: { height: 2, width: 2 }, rows, tiles: [{ ...tile, caption }, { ...tile, caption }] }); // biome-ignore format: one thought
    const texts = [...svg.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g)];
    return texts.map(([, x, text]) => ({ x: Number(x), text: text! }));
  };
  // A letter of 11 pixels is about 6.5 wide.
  for (const caption of ["7, is 1", "bar10, is cross"]) {
    const [first, second] = sheet(caption) as [{ x: number; text: string }, { x: number }];
    expect(first.text).toBe(caption);
    expect(second.x - first.x).toBeGreaterThan(6.5 * caption.length);
    expect(first.x).toBeGreaterThan((6.5 * caption.length) / 2);
  }
  const [first, second] = sheet("golden retriever, is labrador") as [
    { x: number; text: string },
    { x: number },
  ];
  expect(first.text).toMatch(/^golden ret.*…$/);
  expect(second.x - first.x).toBeGreaterThan(6.5 * first.text.length);
  // Labels end at x; letters of 14 pixels are about 8.5 wide.
  expect(sheet("", ["bar10"])[0]!.x).toBeGreaterThan(8.5 * 5);
});
