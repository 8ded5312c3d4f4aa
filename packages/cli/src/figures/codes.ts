import { useDevice } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { diveq, grad, rotationTrick, straightThroughCode } from "hardgrad";
import type { Figure } from "./figure.ts";
import { arrow, drawing, grey, heads, text } from "./shapes.ts";

type Point = readonly [number, number];

const [BLUE, RED] = ["#0072b2", "#b34a00"];
const [PANEL, HEIGHT, TOP, UNIT] = [320, 340, 70, 92];
/** The codeword, the step that the decoder asks of it (less its gradient), and the vectors that chose it. */
const q: Point = [1.6, 1.1];
const step: Point = [0.45, 0];
const vectors: readonly Point[] = [0.15, 0.9, 1.65, 2.4, 3.3, 4.2, 5, 5.8].map((angle, i) => {
  const length = i % 2 === 0 ? 0.95 : 0.6;
  return [q[0] + length * Math.cos(angle), q[1] + 0.85 * length * Math.sin(angle)];
});
const ways = [
  { title: "straight-through", says: "the step itself, wherever e is", fn: straightThroughCode },
  { title: "rotation trick", says: "turned and scaled as q is turned to e", fn: rotationTrick },
  { title: "DiVeQ", says: "e: the part across q - e; q: the part along it", fn: diveq },
];

/** What a step along `-gradient` does to vectors that chose one codeword, and to that codeword, in three ways. */
export async function codesFigure(): Promise<Figure> {
  await useDevice("wasm");
  const panels = ways.map(({ title, says, fn }, i) => {
    const loss = (e: np.Array, c: np.Array): np.Array => np.sum(fn(e, c).mul(np.array([...step])));
    const both = grad(loss, { argnums: [0, 1] })(np.array(vectors.map((v) => [...v])), np.array(vectors.map(() => [...q]))); // biome-ignore format: one thought
    const [moves, shares] = both.map((x) => x.js()) as unknown as [Point[], Point[]];
    return { title, says, left: i * PANEL, moves, shares };
  });
  const rows = panels.flatMap(({ title, moves, shares }) =>
    vectors.map((e, n) => ({
      method: title,
      e_x: e[0],
      e_y: e[1],
      step_of_e_x: moves[n]![0],
      step_of_e_y: moves[n]![1],
      step_of_q_x: shares[n]![0],
      step_of_q_y: shares[n]![1],
    })),
  );
  const title = "What a codeword's gradient does to the vectors that chose it";
  const svg = drawing(3 * PANEL, HEIGHT, title, [heads([BLUE, RED]), ...panels.flatMap(panel)]);
  return { svg, rows };
}

function panel({
  title,
  says,
  left,
  moves,
  shares,
}: {
  title: string;
  says: string;
  left: number;
  moves: readonly Point[];
  shares: readonly Point[];
}): string[] {
  // biome-ignore format: one thought
  const at = ([x, y]: Point): string => `${round(left + 24 + UNIT * x)} ${round(HEIGHT - 24 - UNIT * y)}`;
  const line = (from: Point, by: Point, colour: string): string =>
    Math.hypot(...by) < 0.02 ? "" : arrow(`M${at(from)}L${at([from[0] + by[0], from[1] + by[1]])}`, colour);
  const dot = (p: Point, colour: string, radius: number): string => {
    const [x, y] = at(p).split(" ");
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`;
  };
  const mean = [0, 1].map((axis) => shares.reduce((sum, s) => sum + s[axis]!, 0) / shares.length) as never;
  return [
    text(left + 16, TOP - 14, title, { bold: true, size: 13 }),
    text(left + 16, TOP + 4, says, { fill: grey }),
    dot([0, 0], grey, 3),
    text(left + 30, HEIGHT - 12, "0", { fill: grey, size: 11 }),
    ...vectors.flatMap((e, n) => [dot(e, BLUE, 3), line(e, moves[n]!, BLUE)]),
    dot(q, RED, 6),
    line(q, mean, RED),
  ];
}

const round = (x: number): number => Math.round(100 * x) / 100;
