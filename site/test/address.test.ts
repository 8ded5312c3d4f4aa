import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Control, Controls } from "../figures/contract.ts";
import { figures } from "../figures/index.ts";
import { readPlace, writePlace } from "../frame/address.ts";
import { dab, SIDE, segment } from "../frame/pen.ts";
import {
  type AnyState,
  defaults,
  fits,
  MOST_SEED,
  MOST_TICKS,
  pictureOf,
  pixelsOf,
  snapped,
  type Value,
} from "../frame/state.ts";

/** Any value that a control can have. */
function anyValue(control: Control): fc.Arbitrary<Value> {
  switch (control.kind) {
    case "number":
      return fc.double({ min: control.min, max: control.max, noNaN: true }).map((v) => snapped(control, v));
    case "choice":
      return fc.constantFrom(...control.choices.map((choice) => choice.value));
    case "flag":
      return fc.boolean();
    case "list": {
      const names = control.choices.map((choice) => choice.value);
      return fc.subarray(names, { minLength: 1, maxLength: control.most ?? names.length });
    }
    case "text":
      return fc
        .string({ maxLength: control.longest, unit: "binary" })
        .map((text) => (control.check?.(text) === undefined ? text : control.default));
    case "point":
      return fc
        .tuple(...[0, 1].map(() => fc.double({ min: control.min, max: control.max, noNaN: true })))
        .map(([x, y]) => [snapped(control, x!), snapped(control, y!)] as const);
    case "file":
      return fc.constant(control.default); // stays on the visitor's machine: no link has it
    default:
      return fc.oneof(
        fc.constant(""),
        fc.uint8Array({ minLength: SIDE * SIDE, maxLength: SIDE * SIDE }).map(pictureOf),
      );
  }
}

const stateOf = (controls: Controls): fc.Arbitrary<AnyState> =>
  fc
    .record({
      ...Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, anyValue(control)])),
      seed: fc.integer({ min: 0, max: MOST_SEED }),
    })
    .map((state) => state as AnyState);

/** One of every kind, whatever the figures have. */
const common = { label: "x", help: "x" };
const every: Controls = {
  number: { ...common, kind: "number", default: 0.3, min: -1, max: 2, step: 0.1 },
  counted: { ...common, kind: "number", default: 64, min: 8, max: 128, step: 8 },
  small: { ...common, kind: "number", default: 1e-3, min: 1e-6, max: 10, step: 1e-6, scale: "log" },
  choice: {
    ...common,
    kind: "choice",
    default: "a",
    choices: [
      { value: "a", label: "A" },
      { value: "b-c", label: "B" },
    ],
  },
  flag: { ...common, kind: "flag", default: true },
  list: {
    ...common,
    kind: "list",
    default: ["a"],
    choices: ["a", "b", "c"].map((value) => ({ value, label: value })),
    most: 2,
  },
  text: {
    ...common,
    kind: "text",
    default: "b^2",
    longest: 40,
    check: (text) => (text.includes("!") ? "No !" : undefined),
  },
  point: { ...common, kind: "point", default: [0, 0.5], min: -1, max: 1, step: 0.01 },
  picture: { ...common, kind: "picture", default: "" },
};

const shown = [
  ["one of every kind", { id: "every", controls: every, first: 3 }] as const,
  ...(await Promise.all(
    Object.entries(figures).map(async ([id, load]) => [id, (await load()).figure] as const),
  )),
];

describe.each(shown)("%s", (_name, figure) => {
  test("any state comes back out of an address, and says nothing of what is usual", () => {
    fc.assert(
      fc.property(stateOf(figure.controls), fc.integer({ min: 0, max: MOST_TICKS }), (state, ticks) => {
        const query = writePlace(figure, { state, ticks }, new URLSearchParams("other.x=1&device=webgpu"));
        const again = readPlace(figure, new URL(`http://x/?${query}`).searchParams);
        expect(again).toEqual({ state, ticks, given: [...query].length > 2 });
        expect(query.get("other.x")).toBe("1");
      }),
      { numRuns: 50 },
    );
    const usual = { state: defaults(figure.controls), ticks: figure.first };
    expect(String(writePlace(figure, usual, new URLSearchParams()))).toBe("");
  });

  test("what an address can't mean is as if it were not there", () => {
    const names = [...Object.keys(figure.controls), "seed", "ticks"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: "binary" }), (name, text) => {
        const { state, ticks } = readPlace(figure, new URLSearchParams([[`${figure.id}.${name}`, text]]));
        for (const [key, control] of Object.entries(figure.controls))
          expect(fits(control, state[key]!)).toBe(true);
        expect(Number.isInteger(state.seed) && state.seed <= MOST_SEED && ticks <= MOST_TICKS).toBe(true);
      }),
    );
  });

  test("its defaults are values that its controls can have", () => {
    for (const [name, control] of Object.entries(figure.controls)) {
      expect(fits(control, control.default), name).toBe(true);
      expect(control.label.length * control.help.length, name).toBeGreaterThan(0);
    }
  });
});

test("out of range, unknown, doubled and damaged values are refused", () => {
  const read = (query: string) =>
    readPlace({ id: "every", controls: every, first: 3 }, new URLSearchParams(query));
  for (const query of ["number=3", "number=0x1", "number=", "number=Infinity", "counted=13.5", "counted=65", "counted=1e-1", "counted=1e308", "choice=d", "flag=yes", "list=", "list=a,a", "list=b,a", "list=a,b,c", "list=d", "text=!", `text=${"a".repeat(41)}`, "point=1", "point=0,2", "point=0,0,0", "picture=AAAA", "picture=***", "seed=-1", "seed=1e3", "ticks=1.5", "ticks=100001"]) // biome-ignore format: a list
    expect(read(`every.${query}`), query).toEqual({ state: defaults(every), ticks: 3, given: false });
});

test("values go to the nearest step", () => {
  expect(snapped({ min: -1, max: 1, step: 0.1 }, 0.26)).toBe(0.3);
  expect(snapped({ min: 0.05, max: 1, step: 0.05 }, 0.149)).toBe(0.15);
  expect(snapped({ min: 0, max: 1, step: 0.3 }, 2)).toBe(1);
});

test("a picture that the pen draws survives its text", () => {
  const pixels = new Uint8Array(SIDE * SIDE);
  segment(pixels, [6, 6], [20, 22]);
  dab(pixels, 0, 27.9);
  expect(Math.max(...pixels)).toBe(255);
  expect(pixelsOf(pictureOf(pixels))).toEqual(pixels);
});
