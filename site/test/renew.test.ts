import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renew } from "../frame/renew.ts";
import { look } from "./played.ts";

const { document } = look(320);

/** Pictures of a few marks: with other children, attributes in another order, text in place of an element. */
const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b").map((text) => document.createTextNode(text) as Node),
    fc
      .tuple(
        fc.constantFrom("g", "rect"),
        fc.shuffledSubarray(["x", "y", "fill"]),
        fc.constantFrom("1", "2"),
        fc.array(tie("tree"), { maxLength: 3 }),
      )
      .map(([name, attributes, value, children]) => {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const attribute of attributes) element.setAttribute(attribute, value);
        element.append(...children.map((child) => child.cloneNode(true)));
        return element as Node;
      }),
  ),
}));

const hostOf = (...children: Node[]): Element => {
  const host = document.createElement("div");
  host.append(...children.map((child) => child.cloneNode(true)));
  return host;
};

test("afterwards the host shows the fresh picture, to the letter", () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 2 }), tree, (before, after) => {
      fc.pre(after.nodeType === 1);
      const host = hostOf(...before);
      renew(host, after.cloneNode(true) as Element);
      expect(host.innerHTML).toBe(hostOf(after).innerHTML);
    }),
    { numRuns: 200 },
  );
});

test("what has not changed stays where it is", () => {
  const host = document.createElement("div");
  const svg = (fill: string): string =>
    `<svg><g><rect x="1" /></g><g fill="${fill}"><text>7</text></g></svg>`;
  host.innerHTML = svg("red");
  const parts = [...host.querySelectorAll("*")];
  const other = document.createElement("div");
  other.innerHTML = svg("blue");
  renew(host, other.firstElementChild!);
  expect(host.innerHTML).toBe(svg("blue"));
  expect([...host.querySelectorAll("*")].every((part, i) => part === parts[i])).toBe(true);
});
