import { describe, expect, test } from "vitest";
import { singleDraws } from "../src/graph.ts";
import { fastDraw, type KeyProgram, runKeys } from "../src/index.ts";
import { NoiseForm, simdFill } from "../src/random/simd-kernel.ts";

/** Draws of one array of keys; `words` holds the first words of the keys, then the second ones. */
function drawing(op: string, keys: number, shape: readonly number[], params: object = {}): KeyProgram {
  const key = { op: "key", inputs: [], shape: [2, keys], params: { name: "key" } };
  const word = (i: number) => ({ op: "slice", inputs: [0], shape: [keys], params: { starts: [i, 0] } });
  const draw = { op, inputs: [1, 2], shape: [keys, ...shape], params: { mode: "xor", ...params } };
  return { keys: ["key"], steps: [key, word(0), word(1), draw], outputs: [{ name: "noise", step: 3 }] };
}

describe("WebAssembly draws the same bits as plain JavaScript", () => {
  const words = Uint32Array.of(1, 0xffffffff, 123456789, 7, 0, 0x80000000);
  for (const [keys, count] of [
    [1, 4096],
    [1, 17],
    [3, 5],
    [3, 1001],
    [2, 3],
  ] as const)
    test(`${keys} keys, ${count} words each`, () => {
      const key = words.slice(0, 2 * keys);
      for (const program of [
        drawing("random_bits", keys, [count]),
        drawing("uniform", keys, [count], { offset: 2 ** -24 }),
        drawing("uniform", keys, [count], { offset: 0 }),
        drawing("uniform", keys, [count], { offset: 0, wrapped: true }),
        drawing("random_bits", keys, [count], { mode: 0 }),
      ]) {
        const plain = runKeys(program, { key }).noise!;
        const fast = runKeys(program, { key }, fastDraw(program)).noise!;
        expect(fast.constructor).toBe(plain.constructor);
        expect([...fast]).toEqual([...plain]);
      }
    });

  test("a second call draws anew", () => {
    const program = drawing("random_bits", 1, [64]);
    const draw = fastDraw(program);
    const first = [...runKeys(program, { key: Uint32Array.of(1, 2) }, draw).noise!];
    const second = [...runKeys(program, { key: Uint32Array.of(1, 3) }, draw).noise!];
    expect(second).not.toEqual(first);
    expect(second).toEqual([...runKeys(program, { key: Uint32Array.of(1, 3) }).noise!]);
  });
});

describe("draws in the program that needs them", () => {
  const noise = { name: "noise", step: 3 };

  test("are those from one key, of many words that nobody else reads", () => {
    const found = (program: KeyProgram) => singleDraws(program).map(({ step, ...draw }) => draw);
    expect(found(drawing("random_bits", 1, [100]))).toEqual([
      { name: "noise", count: 100, form: NoiseForm.word, offset: 0 },
    ]);
    expect(found(drawing("uniform", 1, [20, 5], { offset: 0.5 }))).toEqual([
      { name: "noise", count: 100, form: NoiseForm.plain, offset: 0.5 },
    ]);
    expect(found(drawing("uniform", 2, [100], { offset: 0 }))).toEqual([]);
    expect(found(drawing("random_bits", 1, [15]))).toEqual([]);
    expect(found(drawing("random_bits", 1, [100], { mode: 0 }))).toEqual([]);
    const twice = drawing("random_bits", 1, [100]);
    expect(found({ ...twice, outputs: [noise, { name: "again", step: 3 }] })).toEqual([]);
    const sum = { op: "add", inputs: [3, 3], shape: [1, 100], params: {} };
    expect(found({ ...twice, steps: [...twice.steps, sum] })).toEqual([]);
  });

  test("parts of a draw are the draw", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const fill = simdFill(memory);
    const all = new Uint32Array(memory.buffer);
    fill(5, 7, 0, 60, 0, NoiseForm.word, 0);
    for (const [from, to] of [
      [0, 4],
      [4, 24],
      [24, 24],
      [24, 60],
    ] as const)
      fill(5, 7, from, to, 1024, NoiseForm.word, 0);
    expect([...all.slice(256, 256 + 64)]).toEqual([...all.slice(0, 64)]);
    expect(new Set(all.slice(0, 60)).size).toBe(60);
    expect([...all.slice(60, 64)]).toEqual([0, 0, 0, 0]);
  });
});
