import {
  type Code,
  get,
  int,
  load,
  type ModuleBuilder,
  set,
  store,
  type,
  vectors,
} from "@hardgrad/onnx/graph";
import { add, all, and, assign, equal, increase, less, mul, repeatWhile, Variables, when } from "./code.ts";

/**
 * Adds a function that copies a matrix of any strides to one whose columns are adjacent, and appends zeros to each row
 * up to a multiple of four columns:
 *
 *     (rows, columns, from, fromRow, fromColumn, to, toRow)
 *
 * Strides are in bytes. It reads nothing outside the matrix.
 */
export function copyFunction(builder: ModuleBuilder): number {
  const parameters = Array.from({ length: 7 }, () => type.i32);
  const [rows, columns, from, fromRow, fromColumn, to, toRow] = [0, 1, 2, 3, 4, 5, 6];
  const variables = new Variables(parameters.length);
  const [j, i, source, target] = [variables.int(), variables.int(), variables.int(), variables.int()];
  const [s1, s2, s3, t1, t2, t3] = Array.from({ length: 6 }, () => variables.int()) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const quad = variables.vectors(8);

  const start = all(assign(i, int(0)), assign(source, from), assign(target, to));
  const nextRow = all(increase(source, fromRow), increase(target, toRow), increase(i, int(1)));
  /** So many columns at once while there are as many; then moves on by them. */
  const strips = (width: number, strip: Code): Code =>
    repeatWhile(
      less(add(j, int(width - 1)), columns),
      all(
        start,
        strip,
        increase(from, mul(fromColumn, int(width))),
        increase(to, int(4 * width)),
        increase(j, int(width)),
      ),
    );

  const quadOfRow = (offset: number): Code =>
    all(get(target), get(source), vectors.load(offset), vectors.store(offset));
  // Two quads at once: rows are often so far apart that a cache line is gone before the next strip.
  const rowWise = all(
    strips(8, repeatWhile(less(i, rows), all(quadOfRow(0), quadOfRow(16), nextRow))),
    strips(4, repeatWhile(less(i, rows), all(quadOfRow(0), nextRow))),
  );

  const oneElement = (lane: number, address: Code): Code =>
    all(get(target), address, load.f32(), store.f32(4 * lane));
  const transposedView = strips(
    4,
    all(
      assign(s1, add(source, fromColumn)),
      assign(s2, add(s1, fromColumn)),
      assign(s3, add(s2, fromColumn)),
      repeatWhile(
        less(add(i, int(3)), rows),
        all(
          transpose([source, s1, s2, s3], quad),
          assign(t1, add(target, toRow)),
          assign(t2, add(t1, toRow)),
          assign(t3, add(t2, toRow)),
          ...[target, t1, t2, t3].map((address, lane) =>
            all(get(address), get(quad[lane]!), vectors.store()),
          ),
          ...[source, s1, s2, s3].map((pointer) => increase(pointer, int(16))),
          assign(target, add(t3, toRow)),
          increase(i, int(4)),
        ),
      ),
      repeatWhile(
        less(i, rows),
        all(
          ...[source, s1, s2, s3].map((pointer, lane) => oneElement(lane, get(pointer))),
          ...[s1, s2, s3].map((pointer) => increase(pointer, int(4))),
          nextRow,
        ),
      ),
    ),
  );

  const columnByColumn = repeatWhile(
    less(j, columns),
    all(
      start,
      repeatWhile(less(i, rows), all(oneElement(0, get(source)), nextRow)),
      increase(from, fromColumn),
      increase(to, int(4)),
      increase(j, int(1)),
    ),
  );
  const zeros = repeatWhile(
    and(j, int(3)),
    all(
      start,
      repeatWhile(less(i, rows), all(get(target), int(0), store.i32(), nextRow)),
      increase(to, int(4)),
      increase(j, int(1)),
    ),
  );

  const body = all(
    assign(j, int(0)),
    when(equal(fromColumn, int(4)), rowWise, when(equal(fromRow, int(4)), transposedView)),
    columnByColumn,
    zeros,
  );
  return builder.function(parameters, [], variables.locals, body);
}

/** Loads four vectors and leaves their columns in the first four of eight variables. */
function transpose(addresses: readonly number[], v: readonly number[]): Code {
  const both = (a: number, b: number, low: number, high: number, lanes: readonly Lanes[]): Code =>
    all(...[low, high].map((result, n) => all(get(a), get(b), vectors.shuffle(...lanes[n]!), set(result))));
  type Lanes = readonly [number, number, number, number];
  const words: readonly Lanes[] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const pairs: readonly Lanes[] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  const [a, b, c, d, e, f, g, h] = v as [number, number, number, number, number, number, number, number];
  return all(
    ...addresses.map((address, n) => all(get(address), vectors.load(), set(v[n]!))),
    both(a, b, e, f, words),
    both(c, d, g, h, words),
    both(e, g, a, b, pairs),
    both(f, h, c, d, pairs),
  );
}
