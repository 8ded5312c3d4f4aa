import {
  branchIf,
  type Code,
  control,
  f32x4,
  get,
  int,
  type ModuleBuilder,
  set,
  tee,
  type,
  vectors,
  words,
} from "@hardgrad/onnx/graph";
import { add, all, assign, equal, increase, mul, sub, Variables, when } from "./code.ts";

/** How a tile reads A: along its rows, where the terms of a sum are adjacent, or where the rows are. */
export type Layout = "terms" | "rows";

/** A tile of C that is kept in registers: so many rows, and columns by four. */
export interface Tile {
  readonly rows: number;
  readonly quads: number;
  readonly layout: Layout;
  readonly fused: boolean;
}

/** Steps of the sum in one turn of the loop. */
const unrolled = 4;

/**
 * Adds a function that multiplies `rows` rows of A, `tiles` times one below the other, with one panel of B:
 *
 *     (tiles, k, a, aStride, aNext, b, bStride, c, cStride, accumulate)
 *
 * Strides are in bytes: from row to row of A (or, in layout "rows", from term to term), from tile to tile of A, from row
 * to row of B and of C. B's columns are adjacent; k is at least 1. Every element is summed in the order of k in one
 * accumulator, so a tile's shape changes no bit.
 *
 * The steps of an unrolled turn are parted by exits. They also end basic blocks: without them V8 (Node 20) moves the
 * loads of all steps to the front and spills registers, which costs 40 % of the speed.
 */
export function tileFunction(builder: ModuleBuilder, { rows, quads, layout, fused }: Tile): number {
  const [tiles, k, a, aStride, aNext, b, bStride, c, cStride, accumulate] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const parameters = Array.from({ length: 10 }, () => type.i32);
  const variables = new Variables(parameters.length);
  const left = variables.int();
  const to = variables.int();
  const from = Array.from({ length: layout === "terms" ? rows : 1 }, () => variables.int());
  const panel = variables.int();
  const sums = variables.vectors(rows * quads);
  const columns = variables.vectors(quads);
  const [factor] = variables.vectors(1) as [number];

  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? [...get(factor), ...get(column), ...get(sum), ...f32x4.multiplyAdd, ...set(sum)]
      : [...get(sum), ...get(factor), ...get(column), ...f32x4.mul, ...f32x4.add, ...set(sum)];
  const step = (turn: number): Code =>
    all(
      ...columns.map((v, j) => [...get(panel), ...vectors.load(16 * j), ...set(v)]),
      increase(panel, bStride),
      ...Array.from({ length: rows }, (_, i) =>
        all(
          layout === "terms"
            ? [...get(from[i]!), ...vectors.loadSplat(4 * turn)]
            : [...get(from[0]!), ...vectors.loadSplat(4 * i)],
          set(factor),
          ...columns.map((column, j) => multiplyAdd(sums[i * quads + j]!, column)),
        ),
      ),
      layout === "rows" ? increase(from[0]!, aStride) : [],
    );
  const turn = Array.from({ length: unrolled }, (_, t) =>
    all(step(t), t < unrolled - 1 ? [...equal(left, int(t + 1)), ...branchIf(1)] : []),
  );
  /** Does something for each vector of the tile in C. */
  const each = (act: (sum: number, offset: number) => Code): Code =>
    all(
      assign(to, c),
      ...Array.from({ length: rows }, (_, i) =>
        all(
          ...columns.map((_, j) => act(sums[i * quads + j]!, 16 * j)),
          i < rows - 1 ? increase(to, cStride) : [],
        ),
      ),
    );

  const body = all(
    control.loop,
    assign(from[0]!, a),
    ...from.slice(1).map((pointer, i) => assign(pointer, add(from[i]!, aStride))),
    assign(panel, b),
    ...sums.map((sum) => [...words(0, 0, 0, 0), ...set(sum)]),
    assign(left, k),
    control.block,
    control.loop,
    ...turn,
    layout === "terms" ? all(...from.map((pointer) => increase(pointer, int(4 * unrolled)))) : [],
    sub(left, int(unrolled)),
    tee(left),
    branchIf(0),
    control.end,
    control.end,
    when(
      accumulate,
      each((sum, offset) => [...get(to), ...vectors.load(offset), ...get(sum), ...f32x4.add, ...set(sum)]),
    ),
    each((sum, offset) => [...get(to), ...get(sum), ...vectors.store(offset)]),
    increase(a, aNext),
    increase(c, mul(cStride, int(rows))),
    sub(tiles, int(1)),
    tee(tiles),
    branchIf(0),
    control.end,
  );
  return builder.function(parameters, [], variables.locals, body);
}
