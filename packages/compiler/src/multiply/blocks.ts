import {
  type Code,
  call,
  control,
  get,
  global,
  int,
  type ModuleBuilder,
  memoryFill,
  type,
} from "@hardgrad/onnx/graph";
import {
  add,
  all,
  and,
  assign,
  atMost,
  ceilDiv,
  div,
  equal,
  increase,
  less,
  mul,
  not,
  or,
  pick,
  repeatWhile,
  smaller,
  sub,
  Variables,
  when,
} from "./code.ts";
import { copyFunction } from "./copy.ts";
import { dotsFunction } from "./dots.ts";
import { asideBytes, type PanelKernels, panelFunction, wideRows, wideWidth, width } from "./panel.ts";
import { shareOfThread } from "./share.ts";

/** Terms of a sum that are multiplied at once: a panel of B of so many rows stays in the first-level cache. */
const mostTerms = 512;
/** Elements of A that all panels of B are multiplied with, one after the other: half a megabyte. */
const blockElements = 128 * 1024;
/** B is copied into panels for at least so many rows of A. */
const rowsToCopyB = 24;
/** Bytes of B that are not worth copying. */
const smallB = 16 * 1024;
/** A whose rows are adjacent is copied for at least so many columns of B. */
const columnsToCopyA = 48;
/** Scalar products are taken for at most so many rows, and at least so many terms. */
const dotRows = 3;
const dotTerms = 16;

/** Floats between copied rows of A: the odd quarter of a cache line keeps rows apart in the caches. */
const gap = 4;
const panelBytes = mostTerms * width * 4;
/** What one thread needs: a panel, tiles that are computed aside, a block of A. */
export const scratchBytesPerThread: number = panelBytes + asideBytes + blockElements * 4;

/**
 * Adds and exports `multiply`, with the parameters of `Multiply`, and imports the address of the scratch memory.
 *
 * The loops: blocks of terms; in them blocks of A's rows, which stay in the second-level cache; in them panels of B,
 * which stay in the first. What the kernels cannot read as it lies is copied, by the thread that needs it: no thread
 * waits for another.
 */
export function multiplyFunction(builder: ModuleBuilder, kernels: PanelKernels): number {
  const scratchMemory = builder.global("scratch");
  const copy = copyFunction(builder);
  const panel = panelFunction(builder, kernels);
  const dots = dotsFunction(builder, kernels.fused);
  const parameters = Array.from({ length: 14 }, () => type.i32);
  const [m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, thread, threads] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
  ];
  const variables = new Variables(parameters.length);
  const names = Array.from({ length: 19 }, () => variables.int());
  const [
    swap,
    few,
    scratch,
    aside,
    terms,
    mostRows,
    rows,
    i,
    j,
    p,
    adds,
    aAt,
    aStride,
    byRows,
    bAt,
    bStride,
  ] = names as Many;
  const [columns, cAt, unit] = names.slice(16) as [number, number, number];
  type Many = [
    ...[number, number, number, number, number, number, number, number],
    ...[number, number, number, number, number, number, number, number],
  ];

  const exchange = (x: number, y: number): Code => all(assign(swap, x), assign(x, y), assign(y, swap));
  // A single column whose elements are adjacent is a single row of the transposed product.
  const columnAsRow = when(
    and(equal(n, int(1)), equal(cRow, int(1))),
    all(exchange(m, n), exchange(a, b), exchange(aRow, bColumn), exchange(aColumn, bRow)),
  );
  // Strides that are never taken.
  const freeStrides = all(
    when(equal(m, int(1)), assign(aRow, int(1))),
    when(equal(n, int(1)), assign(bColumn, int(1))),
    when(equal(k, int(1)), all(assign(aColumn, int(1)), assign(bRow, int(1)))),
  );
  const toBytes = all(...[aRow, aColumn, bRow, bColumn, cRow].map((s) => assign(s, mul(s, int(4)))));

  const clear = all(
    when(
      not(accumulate),
      repeatWhile(
        get(m),
        all(...[get(c), int(0), mul(n, int(4)), memoryFill], increase(c, cRow), increase(m, int(-1))),
      ),
    ),
    control.return,
  );

  const scalarProducts = all(
    repeatWhile(
      get(m),
      all(
        ...[n, k, a, b, bColumn, c, accumulate].map((local) => get(local)),
        call(dots),
        increase(a, aRow),
        increase(c, cRow),
        increase(m, int(-1)),
      ),
    ),
    control.return,
  );

  /** Where the kernels find a block of A: where it lies, or copied. */
  const blockOfA = all(
    assign(aAt, add(a, add(mul(i, aRow), mul(p, aColumn)))),
    assign(byRows, int(0)),
    assign(aStride, aRow),
    when(
      not(equal(aColumn, int(4))),
      when(
        and(equal(aRow, int(4)), or(less(n, int(columnsToCopyA)), equal(m, int(1)))),
        all(assign(byRows, int(1)), assign(aStride, aColumn)),
        all(
          assign(aStride, mul(add(terms, int(gap)), int(4))),
          ...[get(rows), get(terms), get(aAt), get(aRow), get(aColumn)],
          ...[add(scratch, int(panelBytes + asideBytes)), get(aStride), call(copy)],
          assign(aAt, add(scratch, int(panelBytes + asideBytes))),
        ),
      ),
    ),
  );
  const direct = and(
    equal(bColumn, int(4)),
    and(
      or(less(rows, int(rowsToCopyB)), atMost(mul(terms, bRow), int(smallB))),
      or(equal(columns, int(4)), not(and(columns, int(7)))),
    ),
  );
  const panelOfB = all(
    assign(columns, sub(n, j)),
    assign(
      columns,
      pick(
        and(less(int(wideWidth - 1), columns), and(atMost(rows, int(wideRows)), equal(bColumn, int(4)))),
        int(wideWidth),
        smaller(columns, int(width)),
      ),
    ),
    assign(bAt, add(b, add(mul(p, bRow), mul(j, bColumn)))),
    assign(bStride, bRow),
    when(
      not(direct),
      all(
        assign(bStride, pick(less(int(4), columns), int(4 * width), int(16))),
        ...[terms, columns, bAt, bRow, bColumn, scratch, bStride].map((local) => get(local)),
        call(copy),
        assign(bAt, scratch),
      ),
    ),
  );

  const upTo = (counter: number, end: Code, step: number, loop: Code): Code =>
    all(assign(counter, int(0)), repeatWhile(less(counter, end), all(loop, increase(counter, step))));
  const most = aside;
  const blocks = all(
    // Blocks of equal size, a multiple of 4 long.
    assign(most, ceilDiv(k, mostTerms)),
    assign(most, div(add(k, sub(most, int(1))), most)),
    assign(most, and(add(most, int(3)), int(-4))),
    assign(mostRows, mul(div(int(blockElements), mul(add(most, int(gap)), int(12))), int(12))),
    assign(adds, accumulate),
    upTo(
      p,
      get(k),
      most,
      all(
        assign(terms, smaller(most, sub(k, p))),
        upTo(
          i,
          get(m),
          mostRows,
          all(
            assign(rows, smaller(mostRows, sub(m, i))),
            blockOfA,
            upTo(
              j,
              get(n),
              columns,
              all(
                panelOfB,
                assign(cAt, add(c, add(mul(i, cRow), mul(j, int(4))))),
                ...[rows, columns, terms, aAt, aStride, byRows, bAt, bStride, cAt, cRow, adds].map((x) =>
                  get(x),
                ),
                add(scratch, int(panelBytes)),
                call(panel),
              ),
            ),
          ),
        ),
        assign(adds, int(1)),
      ),
    ),
  );

  const body = all(
    columnAsRow,
    freeStrides,
    toBytes,
    assign(few, and(and(atMost(m, int(dotRows)), less(int(dotTerms - 1), k)), equal(aColumn, int(4)))),
    assign(few, and(few, equal(bRow, int(4)))),
    shareOfThread({ m, n, a, aRow, b, bColumn, c, cRow, thread, threads }, [unit, columns, aside]),
    when(or(atMost(m, int(0)), atMost(n, int(0))), control.return),
    when(not(k), clear),
    when(few, scalarProducts),
    assign(scratch, add(global(scratchMemory), mul(thread, int(scratchBytesPerThread)))),
    blocks,
  );
  return builder.function(parameters, [], variables.locals, body, "multiply");
}
