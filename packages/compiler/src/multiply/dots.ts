import {
  branchIf,
  type Code,
  control,
  f32,
  f32x4,
  get,
  int,
  load,
  type ModuleBuilder,
  set,
  store,
  type,
  vectors,
  words,
} from "@hardgrad/onnx/graph";
import { add, all, and, assign, increase, less, mul, repeatWhile, sub, Variables, when } from "./code.ts";

/** Rows of the matrix that are read at the same time. */
const together = 4;

/**
 * Adds a function for the product of a matrix and a vector where the terms of each sum are adjacent on both sides:
 * y[i] = matrix[i] . x, or y[i] += it:
 *
 *     (rows, k, x, matrix, matrixRow, y, accumulate)
 *
 * The stride is in bytes, y's elements are adjacent. Each sum has four parts, term t in part t modulo 4, and the last
 * terms are added one by one, so that its bits do not depend on its neighbours.
 */
export function dotsFunction(builder: ModuleBuilder, fused: boolean): number {
  const parameters = Array.from({ length: 7 }, () => type.i32);
  const [rows, k, x, matrix, matrixRow, y, accumulate] = [0, 1, 2, 3, 4, 5, 6];
  const variables = new Variables(parameters.length);
  const [left, term] = [variables.int(), variables.int()];
  const from = Array.from({ length: together }, () => variables.int());
  const sums = Array.from({ length: together }, () => variables.float());
  const parts = variables.vectors(together);
  const [values] = variables.vectors(1) as [number];

  const multiplyAdd = (part: number, row: number): Code => {
    const other = all(get(row), vectors.load());
    return fused
      ? all(get(values), other, get(part), f32x4.multiplyAdd, set(part))
      : all(get(part), get(values), other, f32x4.mul, f32x4.add, set(part));
  };
  const lane = (part: number, n: number): Code => all(get(part), vectors.laneFloat(n));
  const pair = (part: number, n: number): Code => all(lane(part, n), lane(part, n + 1), f32.add);

  const group = (count: number): Code => {
    const [pointers, totals] = [from.slice(0, count), sums.slice(0, count)];
    return all(
      ...pointers.map((pointer, n) => assign(pointer, n === 0 ? matrix : add(from[n - 1]!, matrixRow))),
      ...pointers.map((_, n) => [...words(0, 0, 0, 0), ...set(parts[n]!)]),
      assign(term, x),
      assign(left, and(k, int(-4))),
      when(
        left,
        all(
          control.loop,
          get(term),
          vectors.load(),
          set(values),
          ...pointers.map((pointer, n) => multiplyAdd(parts[n]!, pointer)),
          ...[term, ...pointers].map((pointer) => increase(pointer, int(16))),
          increase(left, int(-4)),
          get(left),
          branchIf(0),
          control.end,
        ),
      ),
      ...totals.map((total, n) => all(pair(parts[n]!, 0), pair(parts[n]!, 2), f32.add, set(total))),
      assign(left, and(k, int(3))),
      repeatWhile(
        get(left),
        all(
          ...pointers.map((pointer, n) =>
            all(
              get(totals[n]!),
              ...[get(term), load.f32(), get(pointer), load.f32()],
              ...[f32.mul, f32.add, set(totals[n]!)],
            ),
          ),
          ...[term, ...pointers].map((pointer) => increase(pointer, int(4))),
          increase(left, int(-1)),
        ),
      ),
      when(
        accumulate,
        all(...totals.map((total, n) => all(get(y), load.f32(4 * n), get(total), f32.add, set(total)))),
      ),
      ...totals.map((total, n) => all(get(y), get(total), store.f32(4 * n))),
      increase(y, int(4 * count)),
      increase(matrix, mul(matrixRow, int(count))),
      assign(rows, sub(rows, int(count))),
    );
  };
  const body = all(
    repeatWhile(less(int(together - 1), rows), group(together)),
    repeatWhile(get(rows), group(1)),
  );
  return builder.function(parameters, [], variables.locals, body);
}
