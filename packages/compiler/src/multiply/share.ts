import { type Code, int } from "@hardgrad/onnx/graph";
import {
  add,
  all,
  assign,
  atMost,
  ceilDiv,
  div,
  increase,
  less,
  mul,
  or,
  smaller,
  sub,
  when,
} from "./code.ts";
import { width } from "./panel.ts";

/** Local variables of `multiply`; strides are in bytes. */
type Names = "m" | "n" | "a" | "aRow" | "b" | "bColumn" | "c" | "cRow" | "thread" | "threads";

/** Rows that are shared out together: whole tiles, of any height. */
const rowsTogether = 12;
/** With more columns they are shared out even where there are more rows: what is copied is B's columns. */
const manyColumns = 256;

/** Narrows a product to this thread's part: columns in whole panels, or rows in whole tiles. Uses three variables. */
export function shareOfThread(
  { m, n, a, aRow, b, bColumn, c, cRow, thread, threads }: Readonly<Record<Names, number>>,
  [units, first, end]: readonly [number, number, number],
): Code {
  const narrow = (size: number, unit: number, moves: Code): Code =>
    all(
      assign(units, ceilDiv(size, unit)),
      assign(first, mul(div(mul(units, thread), threads), int(unit))),
      assign(end, smaller(mul(div(mul(units, add(thread, int(1))), threads), int(unit)), size)),
      assign(size, sub(end, first)),
      moves,
    );
  const columns = narrow(n, width, all(increase(b, mul(first, bColumn)), increase(c, mul(first, int(4)))));
  const rows = narrow(m, rowsTogether, all(increase(a, mul(first, aRow)), increase(c, mul(first, cRow))));
  return when(less(int(1), threads), when(or(atMost(m, n), less(int(manyColumns - 1), n)), columns, rows));
}
