import {
  type Code,
  call,
  control,
  f32,
  get,
  i32,
  int,
  load,
  type ModuleBuilder,
  store,
  type,
} from "@hardgrad/onnx/graph";
import {
  add,
  all,
  assign,
  ceilDiv,
  div,
  equal,
  increase,
  less,
  mul,
  pick,
  repeatWhile,
  smaller,
  sub,
  Variables,
  when,
} from "./code.ts";
import { type Layout, tileFunction } from "./tile.ts";

/** Which kernels a module has. */
export interface PanelKernels {
  /** With fused multiply-add: only where `useRelaxed()`. */
  readonly fused: boolean;
}

/**
 * Rows of the largest tile. Four keep eight sums, two vectors of B and four factors within 15 vector registers (V8 needs
 * the 16th) even where it loads all of them first.
 */
const tallest = 4;
/** Columns of a panel of B, and of a wide one, which pays for one or two rows. */
export const width = 8;
export const wideWidth = 16;
export const wideRows = 2;
/** Rows that are computed aside at once where a panel has less columns than the tile. */
const asideRows = 96;
export const asideBytes: number = asideRows * width * 4;

/**
 * Adds a function that multiplies rows of A with one panel of B of up to eight columns, or of `wideWidth` for at most
 * `wideRows` rows:
 *
 *     (rows, columns, k, a, aStride, byRows, b, bStride, c, cStride, accumulate, aside)
 *
 * Strides are in bytes. `byRows` is 1 where A's rows are adjacent (aStride goes from term to term), 0 where its terms
 * are (aStride goes from row to row). B's panel is as wide as its tile: 4, 8 or 16 columns. `aside` is the address of
 * `asideBytes` bytes. Nothing outside C's `columns` columns is read or written.
 */
export function panelFunction(builder: ModuleBuilder, kernels: PanelKernels): number {
  const tiles = tilesFunction(builder, kernels);
  const parameters = Array.from({ length: 12 }, () => type.i32);
  const [rows, columns, k, a, aStride, byRows, b, bStride, c, cStride, accumulate, aside] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ];
  const variables = new Variables(parameters.length);
  const [quads, count, i, j, from, to] = Array.from({ length: 6 }, () => variables.int()) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const multiplied = (some: Code, result: Code, stride: Code, adds: Code): Code =>
    all(
      ...[some, get(quads), get(k), get(a), get(aStride), get(byRows), get(b), get(bStride)],
      ...[result, stride, adds, call(tiles)],
    );
  const rowStep = pick(byRows, int(4), aStride);
  const copied = all(get(from), load.f32());
  const element = (value: Code): Code => all(get(to), value, store.f32());
  const move = when(accumulate, element(all(copied, get(to), load.f32(), f32.add)), element(copied));
  const copyAside = all(
    assign(i, count),
    assign(from, aside),
    repeatWhile(
      get(i),
      all(
        assign(to, c),
        assign(j, columns),
        repeatWhile(get(j), all(move, increase(from, int(4)), increase(to, int(4)), increase(j, int(-1)))),
        increase(from, mul(sub(mul(quads, int(4)), columns), int(4))),
        increase(c, cStride),
        increase(i, int(-1)),
      ),
    ),
  );
  const body = all(
    assign(
      quads,
      pick(less(int(width), columns), int(wideWidth / 4), pick(less(int(4), columns), int(2), int(1))),
    ),
    when(
      equal(mul(quads, int(4)), columns),
      all(multiplied(get(rows), get(c), get(cStride), get(accumulate)), control.return),
    ),
    repeatWhile(
      get(rows),
      all(
        assign(count, smaller(rows, int(asideRows))),
        multiplied(get(count), get(aside), mul(quads, int(16)), int(0)),
        copyAside,
        increase(a, mul(count, rowStep)),
        assign(rows, sub(rows, count)),
      ),
    ),
  );
  return builder.function(parameters, [], variables.locals, body);
}

/**
 * Adds a function that divides rows into tiles of nearly equal height and runs them:
 *
 *     (rows, quads, k, a, aStride, byRows, b, bStride, c, cStride, accumulate)
 */
function tilesFunction(builder: ModuleBuilder, kernels: PanelKernels): number {
  const parameters = Array.from({ length: 11 }, () => type.i32);
  const [rows, quads, k, a, aStride, byRows, b, bStride, c, cStride, accumulate] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ];
  const variables = new Variables(parameters.length);
  const [tiles, height, count, next] = [variables.int(), variables.int(), variables.int(), variables.int()];

  const ways: { code: number; index: number }[] = [];
  for (const layout of ["terms", "rows"] as Layout[])
    for (let tall = 1; tall <= tallest; tall++)
      for (const n of tall <= wideRows ? [1, 2, 4] : [1, 2])
        ways.push({
          code: kind(tall, n, layout),
          index: tileFunction(builder, { rows: tall, quads: n, layout, fused: kernels.fused }),
        });
  const which = variables.int();
  const run = all(
    assign(next, mul(height, pick(byRows, int(4), aStride))),
    assign(which, add(add(mul(height, int(8)), quads), mul(byRows, int(128)))),
    ...ways.map(({ code, index }) =>
      when(
        equal(which, int(code)),
        all(
          ...[count, k, a, aStride, next, b, bStride, c, cStride, accumulate].map((local) => get(local)),
          call(index),
        ),
      ),
    ),
  );
  const body = all(
    assign(tiles, ceilDiv(rows, tallest)),
    assign(height, div(rows, tiles)),
    assign(count, all(get(rows), get(tiles), i32.rem)),
    when(
      count,
      all(
        increase(height, int(1)),
        run,
        increase(a, mul(count, next)),
        increase(c, mul(mul(count, height), cStride)),
        increase(height, int(-1)),
      ),
    ),
    assign(count, sub(tiles, count)),
    run,
  );
  return builder.function(parameters, [], variables.locals, body);
}

const kind = (tall: number, quads: number, layout: Layout): number =>
  8 * tall + quads + (layout === "rows" ? 128 : 0);
