import { describe, expect, test } from "vitest";
import { fastDraw, type KeyProgram, runKeys } from "../src/index.ts";

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
