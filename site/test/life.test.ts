import { evaluateCircuit, readCircuitJson } from "@hardgrad/runtime/circuit";
import { describe, expect, test } from "vitest";
import { cellAt, firstBoard, neighbourhoodsOf } from "../figures/life/board.ts";
import { type LifeData, type LifeState, SIDE } from "../figures/life/controls.ts";
import { start } from "../figures/life/course.ts";
import { figure } from "../figures/life/figure.ts";
import { pictureOf } from "../frame/state.ts";
import { BROKEN, drawn, look, played, printed, stateOf, tools } from "./played.ts";

/** A seed that finds the rule early. */
const QUICK = 3;
const state = (changed: Partial<LifeState> = {}): LifeState =>
  stateOf(figure as never, { seed: QUICK, ...changed }) as LifeState;

/** The rule once more, from its words. */
function livesIn(cells: readonly number[]): number {
  const others = cells.filter((_, i) => i !== 4).reduce((a, b) => a + b, 0);
  if (cells[4] === 1) return others === 2 || others === 3 ? 1 : 0;
  return others === 3 ? 1 : 0;
}
const all = Array.from({ length: 512 }, (_, n) => Array.from({ length: 9 }, (__, p) => (n >> p) & 1));

describe("a circuit that learns the game of life", () => {
  const learned = (async () => {
    const course = await start(state(), tools);
    const seen: LifeData[] = [];
    do {
      await course.tick();
      seen.push(await course.data());
    } while (seen.at(-1)!.points.at(-1)!.wrong > 0 && seen.length < 400);
    return { course, seen, last: seen.at(-1)! };
  })();

  test("is right for all 512 neighbourhoods, with fewer than 100 logic gates", async () => {
    const { last } = await learned;
    const netlist = figure.files![0]!.content(last)!;
    const scores = evaluateCircuit(readCircuitJson(netlist), Uint8Array.from(all.flat()));
    expect(all.map((_, n) => scores[2 * n + 1]!)).toEqual(all.map(livesIn));
    expect(last.circuit!.gates.length).toBeLessThan(100);
    expect(last.before).toBeLessThan(100);
    expect(last.circuit!.gates.length).toBeLessThanOrEqual(last.before);
    expect(last.wrong.reduce((a, b) => a + b, 0)).toBe(0);
    expect(figure.files![1]!.content(last)).toContain("module circuit(");
  });

  test("counts its wrong answers while it learns", async () => {
    const { seen } = await learned;
    for (const { points, wrong } of seen.slice(0, 20)) {
      const { wrong: told } = points.at(-1)!;
      expect(wrong.reduce((a, b) => a + b, 0)).toBe(told);
      expect(told).toBeGreaterThan(0);
    }
    expect(seen[figure.first - 1]!.points.at(-1)!.wrong).toBeLessThan(140);
  });

  test("plays: a glider is itself again after four generations, one cell further", async () => {
    const { course, last } = await learned;
    expect(last.generation).toBe(0);
    for (let i = 0; i < 4; i++) expect(await course.tick()).toBe(true);
    const after = await course.data();
    expect(after.generation).toBe(4);
    const moved = Array.from(last.board.keys()).map((i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      return last.board[((y + SIDE - 1) % SIDE) * SIDE + ((x + SIDE - 1) % SIDE)];
    });
    expect(Array.from(after.board)).toEqual(moved);
    expect(figure.says(after, state())).toMatch(/all 512 answers are right.* Generation 4: 5 live cells\.$/);
  });

  test("another board is played without learning again, at the same ticks", async () => {
    const { last } = await learned;
    const own = new Uint8Array(SIDE * SIDE);
    for (const x of [9, 10, 11]) own[12 * SIDE + x] = 255;
    const given = state({ drawn: pictureOf(own) });
    const ticks = last.points.length;
    const before = process.cpuUsage();
    const blinker = await played(start, given, ticks + 1);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(blinker.points).toEqual(last.points);
    const alive = Array.from(blinker.board.keys()).filter((i) => blinker.board[i] === 1);
    expect(alive).toEqual([11, 12, 13].map((y) => y * SIDE + 10));
  });

  test("shows the bits of the cell that is pointed at", async () => {
    const { course } = await learned;
    for (const cell of [
      [0, 0],
      [13, 14],
      [27, 27],
    ] as const) {
      await course.set!(state({ cell }));
      const { circuit, bits, board } = await course.data();
      const at = cellAt(cell);
      const around = neighbourhoodsOf(board).subarray(9 * at, 9 * at + 9);
      expect(bits[circuit!.classes[1]!.wires[0]!]).toBe(livesIn([...around]));
    }
    const [drag] = figure.drags!(state(), look(360));
    expect(drag!.value(0, 0)).toEqual([0, 27]);
    expect(drag!.value(1, 1)).toEqual([27, 0]);
    await course.set!(state());
  });

  test("is drawn, said and listed, before, while and after it learns", async () => {
    const { seen, last } = await learned;
    const nothing = await played(start, state({ seed: 77 }), 0);
    for (const data of [nothing, seen[0]!, seen[figure.first]!, last])
      for (const pattern of ["glider", "soup"]) {
        const shown = state({ pattern });
        for (const svg of drawn(figure, data, shown)) expect(svg).not.toMatch(BROKEN);
        expect(figure.says(data, shown)).not.toMatch(BROKEN);
      }
    expect(figure.files![0]!.content(nothing)).toBeUndefined();
    const rows = figure.rows(last, state());
    expect(rows.length).toBe(last.points.length + last.circuit!.gates.length);
    expect(rows[3]).toEqual({
      network: 1,
      step: 100,
      loss: last.points[3]!.loss,
      wrong: last.points[3]!.wrong,
    });
  });

  test("the code that is copied comes to the same circuit after the same steps", async () => {
    const { last } = await learned;
    const { step, restarts } = last.points.at(-1)!;
    const [proof, ...generations] = printed(figure.code(state({ pattern: "r-pentomino" })));
    expect(proof).toBe(`${step} steps, ${restarts} given up: 512 of 512 right by ${last.before} gates`);
    // The first generations of the R-pentomino are known.
    expect(generations).toEqual([5, 6, 7, 9, 8].map((n, i) => `generation ${i}: ${n} live cells`));
  });
});

test("boards at random differ by seed and have about three live cells in ten", () => {
  const soups = [0, 1, 2].map((seed) => firstBoard({ pattern: "soup", drawn: "", seed }));
  for (const soup of soups) {
    const share = soup.reduce((a, b) => a + b, 0) / soup.length;
    // Four standard errors of a share of 784 cells.
    expect(Math.abs(share - 0.3)).toBeLessThan(0.066);
  }
  expect(new Set(soups.map((soup) => soup.join(""))).size).toBe(3);
});
