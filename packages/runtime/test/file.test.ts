import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { xxHash32 } from "../src/checksum.ts";
import {
  loadRuntime,
  type Network,
  RuntimeFileError,
  readRuntimeFile,
  writeRuntimeFile,
} from "../src/index.ts";
import { loadThreaded } from "../src/threads.ts";
import { smallNetwork } from "./networks.ts";
import { floats, generator } from "./reference.ts";
import { usualCosts } from "./values.ts";

const file = writeRuntimeFile(smallNetwork());
const headerLength = new DataView(file.buffer).getUint32(16, true);
const header = JSON.parse(new TextDecoder().decode(file.subarray(32, 32 + headerLength)));

/** The file with another header, made whole again: lengths and checksum are right. */
function withHeader(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const length = Math.ceil((32 + json.length) / 64) * 64 - 32;
  const data = file.subarray(32 + headerLength);
  const bytes = new Uint8Array(32 + length + data.length);
  bytes.set(file.subarray(0, 32));
  bytes.set(json, 32);
  bytes.fill(32, 32 + json.length, 32 + length);
  bytes.set(data, 32 + length);
  new DataView(bytes.buffer).setUint32(16, length, true);
  return sealed(bytes);
}

function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  new DataView(bytes.buffer).setUint32(12, xxHash32(bytes.subarray(16)), true);
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  try {
    readRuntimeFile(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeFileError);
    const { message } = error as Error;
    expect(message).toMatch(/^This runtime file can't be used: .*\.$/);
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error("the file was not refused");
}

test("xxHash32 gives the published values", () => {
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  expect(xxHash32(text(""))).toBe(0x02cc5d05);
  expect(xxHash32(text("a"))).toBe(0x550d7456);
  expect(xxHash32(text("abc"))).toBe(0x32d153ff);
  expect(xxHash32(text("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
});

test("what is written is read again, from any place in a buffer", () => {
  const network = smallNetwork();
  expect(readRuntimeFile(file)).toEqual(network);
  const inside = new Uint8Array(file.length + 3);
  inside.set(file, 3);
  expect(readRuntimeFile(inside.subarray(3))).toEqual(network);
  expect(writeRuntimeFile(readRuntimeFile(file))).toEqual(file);
});

describe("refused in one sentence", () => {
  test("truncated at any length, and longer than it says", () => {
    for (let length = 0; length < file.length; length++)
      expect(refusal(file.subarray(0, length))).toContain("truncated");
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(refusal(longer)).toContain("too long");
  });

  test("any single bit flipped", () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      // Eight zero bytes and the padding count in the checksum too.
      const damaged = file.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      refusal(damaged);
    }
  });

  test("another kind of file, another version", () => {
    expect(refusal(new TextEncoder().encode("x".repeat(100)))).toContain("HARDGRAD");
    const later = file.slice();
    later[8] = 2;
    expect(refusal(later)).toContain("version is 2");
  });

  test("sizes that do not fit", () => {
    const change = (edit: (copy: typeof header) => void): string => {
      const copy = structuredClone(header);
      edit(copy);
      return refusal(withHeader(JSON.stringify(copy)));
    };
    expect(change((h) => (h.inputs = 10))).toContain('layer 0 ("linear"): weight must be 40 numbers');
    expect(change((h) => (h.inputs = 2 ** 40))).toContain("inputs is 1099511627776");
    expect(change((h) => (h.inputs = -1))).toContain("inputs is -1");
    expect(change((h) => (h.layers[0].weight.length = 2 ** 52))).toContain("ends at byte");
    expect(change((h) => (h.layers[0].weight.length = 36.5))).toContain("length 36.5");
    expect(change((h) => (h.layers[0].weight.offset = 2 ** 31))).toContain("must begin at 0");
    expect(change((h) => (h.layers[1].bias = undefined))).toContain("must begin at");
    expect(change((h) => (h.layers[3].gates = 2))).toContain("gates is 2");
    expect(change((h) => (h.layers[3].block = 12))).toContain("block is 12");
    expect(change((h) => (h.layers[3].block = 16))).toContain("need 2 gates");
    expect(change((h) => (h.layers[3].input = 4))).toContain("input is 4");
    expect(change((h) => (h.layers[2].open = { top: 4 }))).toContain("open.top is 4");
    expect(change((h) => (h.layers[2].open = { above: 1e300 }))).toContain("open.above");
    expect(change((h) => (h.layers[0].unit = "swish"))).toContain("swish");
    expect(change((h) => (h.layers[0].kind = "convolution"))).toContain("kinds of layer");
    expect(change((h) => (h.layers = []))).toContain("layers");
    expect(change((h) => (h.layers = [null]))).toContain("not an object");
    expect(refusal(withHeader("[1, 2"))).toContain("not JSON");
  });

  test("weights that are not finite", () => {
    const damaged = file.slice();
    new DataView(damaged.buffer).setFloat32(32 + headerLength, Number.NaN, true);
    expect(refusal(sealed(damaged))).toContain("holds NaN at position 0");
  });
});

test("a header made of anything is refused or runs, but never crashes", async () => {
  // Replaces one place of the header by something else; the frame around it stays right.
  const places: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (path.length) places.push(path);
    if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, [...path, i]);
    else if (typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(header, []);
  const thing = fc.oneof(
    fc.integer({ min: -2, max: 40 }),
    fc.constantFrom<unknown>(
      2 ** 31,
      2 ** 32,
      2 ** 53,
      1e300,
      0.5,
      null,
      "",
      "linear",
      "gated",
      "bits",
      [],
      {},
      true,
    ),
    fc.jsonValue(),
  );
  let loaded = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), thing, async (path, value) => {
      const copy = structuredClone(header);
      let at = copy;
      for (const key of path.slice(0, -1)) at = at[key];
      at[path.at(-1)!] = value;
      const bytes = withHeader(JSON.stringify(copy));
      let network: Network;
      try {
        network = readRuntimeFile(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RuntimeFileError);
        return;
      }
      loaded++;
      const runtime = await loadRuntime(bytes, { costs: usualCosts });
      expect(runtime.forward(floats(5 * network.inputs, generator(1)))).toHaveLength(5 * runtime.outputs);
    }),
    { numRuns: 1500, seed: 1 },
  );
  expect(loaded).toBeGreaterThan(50);
});

test("damaged data under a right checksum runs or is refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: file.length - 33 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const bytes = file.slice();
        bytes[32 + at]! ^= flip;
        try {
          const runtime = await loadRuntime(sealed(bytes), { costs: usualCosts });
          runtime.forward(floats(3 * runtime.inputs, generator(2)));
        } catch (error) {
          expect(error).toBeInstanceOf(RuntimeFileError);
        }
      },
    ),
    { numRuns: 500, seed: 2 },
  );
});

test("a network that does not fit is refused by the writer", () => {
  const { layers } = smallNetwork();
  expect(() => writeRuntimeFile({ inputs: 8, layers })).toThrow(/layer 0 .*weight must be 32 numbers/);
  expect(() => writeRuntimeFile({ inputs: 9, layers: [] })).toThrow(/layers must be/);
});

test("what is neither a file nor a network is refused by its kind, with the way out", async () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /is undefined, but must be the bytes of a runtime file \(a Uint8Array\) or a network/],
    [null, /is null, but/],
    [
      "network.hardgrad",
      /is a text, .*; read the file first, as in new Uint8Array\(readFileSync\(path\)\)\.$/,
    ],
    [file.slice().buffer, /is an ArrayBuffer, .*; wrap it/],
    [Promise.resolve(file), /is a promise, .*; await it first/],
    [new Response(file), /is a Response, .*; take its bytes/],
    [new Float32Array(4), /is another object/],
    [[1, 2], /is a list/],
    [7, /is a number/],
    [{}, /is another object/],
  ];
  for (const [wrong, sentence] of cases) {
    for (const [name, load] of [
      ["loadRuntime", loadRuntime],
      ["loadThreaded", loadThreaded],
    ] as const) {
      const message = await load(wrong as never).then(String, (error: Error) => error.message);
      expect(message).toMatch(sentence);
      expect(message).toMatch(new RegExp(`^${name}: the first argument is `));
    }
    expect(() => writeRuntimeFile(wrong as never)).toThrow(/^writeRuntimeFile: the first argument is/);
  }
  expect(() => readRuntimeFile("x" as never)).toThrow(/^readRuntimeFile: bytes is a text, but must be/);
  await expect(loadRuntime({ inputs: 3, layers: [] })).rejects.toThrow(/layers must be a list/);
});
