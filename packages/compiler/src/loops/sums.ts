import { type Code, f32x4, get, i32x4, isFloat, set, type Value, vectors } from "@hardgrad/onnx/graph";
import type { LoopNode } from "../steps.ts";
import { splat, splatInt, type Writer } from "../writer.ts";

/** So many numbers are added up before their sum is added to the total: an error of so many roundings at most. */
export const RUN = 128;

/** A reduction's running values. */
export interface Sum {
  readonly item: LoopNode;
  /** Which of the vectors that run at once. */
  readonly shift: number;
  readonly total: number;
  /** Of a run; the total itself where all is one run. */
  readonly run: number;
  /** Of elements that come one by one, if any do. */
  readonly single: number | undefined;
}

/** How many numbers are added up. */
export interface SumShape {
  /** Whether they are more than one run. */
  readonly runs: boolean;
  /** Whether some come one by one, behind the last whole vector. */
  readonly rest: boolean;
}

/** Variables with neutral elements, for each reduction and each of the vectors that run at once. */
export function beginSums(
  w: Writer,
  reductions: readonly LoopNode[],
  many: number,
  { runs, rest }: SumShape,
): readonly Sum[] {
  const begin = (item: LoopNode, shift: number): Sum => {
    const total = w.vector();
    const run = runs ? w.vector() : total;
    const single = rest ? w.vector() : undefined;
    for (const local of new Set([total, run, single]))
      if (local !== undefined) w.emit(neutral(item), set(local));
    return { item, shift, total, run, single };
  };
  return Array.from({ length: many }, (_, shift) => reductions.map((item) => begin(item, shift))).flat();
}

/** Adds a number. */
export function addTo(w: Writer, { item, run, single }: Sum, operand: number, toSingle: boolean): void {
  const target = toSingle ? single! : run;
  w.emit(get(target), get(operand), combiner(item), set(target));
}

/** Adds the numbers of a run to the totals. */
export function endRun(w: Writer, sums: readonly Sum[]): void {
  for (const { item, total, run } of sums)
    if (run !== total) w.emit(get(total), get(run), combiner(item), set(total), neutral(item), set(run));
}

/** Pops nothing and pushes the result: of all four lanes and the numbers that came one by one, or lane by lane. */
export function pushResult(w: Writer, { item, total, single }: Sum, acrossLanes: boolean): void {
  w.emit(get(total));
  if (acrossLanes) {
    const all = w.keep();
    const combine = combiner(item);
    const turned = (...lanes: [number, number, number, number]): Code => [
      ...get(all),
      ...get(all),
      ...get(all),
      ...vectors.shuffle(...lanes),
      ...combine,
    ];
    w.emit(turned(2, 3, 0, 1), set(all), turned(1, 0, 3, 2));
    if (single !== undefined) w.emit(get(single), combine);
    w.release(all);
  }
  if (item.node.op !== "ReduceMean") return;
  const count = item.lengths.reduce((n, d, i) => (item.folded[i] ? n * d : n), 1);
  w.emit(splat(count), f32x4.div);
}

const floats = ({ node }: LoopNode): boolean => isFloat((node.inputs[0] as Value).dtype);

function neutral(item: LoopNode): Code {
  switch (item.node.op) {
    case "ReduceMax":
      return floats(item) ? splat(Number.NEGATIVE_INFINITY) : splatInt(-(2 ** 31));
    case "ReduceMin":
      return floats(item) ? splat(Number.POSITIVE_INFINITY) : splatInt(2 ** 31 - 1);
    case "ReduceProd":
      return floats(item) ? splat(1) : splatInt(1);
    default:
      return splatInt(0);
  }
}

function combiner(item: LoopNode): Code {
  const operators = floats(item) ? f32x4 : i32x4;
  switch (item.node.op) {
    case "ReduceMax":
      return operators.max;
    case "ReduceMin":
      return operators.min;
    case "ReduceProd":
      return operators.mul;
    default:
      return operators.add;
  }
}
