import {
  branch,
  branchIf,
  type Code,
  control,
  get,
  i32,
  int,
  type Locals,
  set,
  type Value,
} from "@hardgrad/onnx/graph";
import type { Loop } from "../steps.ts";
import type { Storage } from "../views.ts";
import { type Target, Writer } from "../writer.ts";
import { LoopBody } from "./body.ts";
import { arrangeNest, type Nest, writeKey } from "./nest.ts";
import { NestMemory, type Pass } from "./nest-memory.ts";
import { beginSums, endRun, pushResult, RUN, type Sum } from "./sums.ts";

/** A loop nest as a function of two parameters: it does the iterations `[from, to)` of its outermost loop. */
export interface CompiledLoop {
  readonly locals: Locals;
  readonly body: Code;
  /** Iterations of the outermost loop. */
  readonly extent: number;
}

const FROM = 0;
const TO = 1;

/** A loop of so many turns, and nodes in all of them, is written out. */
const MOST_TURNS = 4;
const UNROLLED = 64;

const plain: Pass = { single: false, many: 1 };
const oneByOne: Pass = { single: true, many: 1 };

/**
 * @param storageOf where the values lie that are in memory.
 * @param target the module that the function is added to.
 */
export function compileLoop(
  loop: Loop,
  storageOf: ReadonlyMap<Value, Storage>,
  target: Target,
): CompiledLoop {
  return new LoopCompiler(loop, storageOf, target).compile();
}

class LoopCompiler {
  readonly #w: Writer;
  readonly #loop: Loop;
  readonly #nest: Nest;
  readonly #memory: NestMemory;
  readonly #body: LoopBody;

  constructor(loop: Loop, storageOf: ReadonlyMap<Value, Storage>, target: Target) {
    this.#w = new Writer(2, target);
    this.#loop = loop;
    this.#nest = arrangeNest(loop, storageOf, target.threads);
    this.#memory = new NestMemory(this.#w, this.#nest);
    this.#body = new LoopBody(this.#w, loop, this.#nest, this.#memory, storageOf);
  }

  compile(): CompiledLoop {
    const w = this.#w;
    const { order, kept, lengths } = this.#nest;
    this.#memory.loadAt(-1, plain);
    let extent = 1;
    if (kept === 0) {
      // One result of everything: for whoever does the only iteration. A part of one element leaves its neighbours alone.
      const mode = order.length === 0 && this.#loop.into ? oneByOne : plain;
      w.emit(control.block, get(FROM), get(TO), i32.atLeast, branchIf(0));
      this.#kept(0, mode);
      w.emit(control.end);
    } else {
      const [outer] = order as [number];
      extent = outer === lengths.length - 1 ? Math.ceil(lengths[outer]! / 4) : lengths[outer]!;
      this.#kept(0, plain);
    }
    return { locals: w.locals(), body: w.body, extent };
  }

  /** Loops over what is kept, from a level inwards. */
  #kept(level: number, mode: Pass): void {
    if (level < this.#nest.kept) this.#loopAt(level, mode, (inner) => this.#kept(level + 1, inner));
    else if (level === this.#nest.order.length) this.#body.emit(mode);
    else this.#reduce(level, mode);
  }

  /** All reductions inside the loops over what is kept, and their results. */
  #reduce(level: number, mode: Pass): void {
    const w = this.#w;
    const reductions = this.#loop.nodes.filter(({ folded }) => folded.includes(true));
    const { lengths, folded } = this.#nest;
    const last = lengths.length - 1;
    const times = lengths.reduce(
      (n, d, axis) => (folded[axis] ? n * (axis === last ? Math.ceil(d / 4) : d) : n),
      1,
    );
    const rest = folded[last]! && lengths[last]! % 4 > 0;
    const sums = beginSums(w, reductions, mode.many, { runs: times > RUN, rest });
    this.#folded(level, mode, sums);
    const lanesFolded = this.#nest.folded.at(-1)!;
    for (const sum of sums) {
      const key = writeKey(sum.item.node.outputs[0]!);
      pushResult(w, sum, lanesFolded && !mode.single);
      const result = w.keep();
      if (this.#memory.storage(key)) this.#memory.store(key, result, mode.single || lanesFolded, sum.shift);
      w.release(result);
    }
    for (const { total, run, single } of sums)
      for (const local of new Set([total, run, single])) if (local !== undefined) w.release(local);
  }

  /** Loops over what is folded, from a level inwards. */
  #folded(level: number, mode: Pass, sums: readonly Sum[]): void {
    if (level === this.#nest.order.length) {
      this.#body.emit(mode, sums);
      return;
    }
    const innermost = level === this.#nest.order.length - 1;
    const inside = (inner: Pass): void => this.#folded(level + 1, inner, sums);
    this.#loopAt(level, mode, inside, innermost ? sums : []);
    if (innermost) endRun(this.#w, sums);
  }

  /** A loop over the axis of a level: vectors of four along the last axis, and what is left of it one by one. */
  #loopAt(level: number, mode: Pass, inside: (mode: Pass) => void, sums: readonly Sum[] = []): void {
    const { order, lengths, folded, overrun } = this.#nest;
    const axis = order[level]!;
    const length = lengths[axis]!;
    const outermost = level === 0 && !folded[axis];
    const vector = axis === lengths.length - 1;
    const count = !vector ? length : overrun ? Math.ceil(length / 4) : Math.floor(length / 4);
    const many = vector && !folded[axis] ? this.#nest.many : 1;
    const w = this.#w;
    const i = w.integer();
    this.#memory.within(() => {
      const moving = this.#memory.enter(level, vector ? 4 : 1, outermost ? FROM : undefined);
      /** A loop up to a limit, so many iterations and elements of the axis at a time. */
      const run = (limit: Code, iterations: number, elements: number, inner: Pass, flush: boolean): void => {
        w.emit(control.block, control.loop, get(i));
        if (iterations > 1) w.emit(int(iterations - 1), i32.add);
        w.emit(limit, i32.atLeast, branchIf(1));
        const loaded = this.#memory.loadAt(level, inner);
        inside(inner);
        this.#memory.forget(loaded);
        for (const { local, step } of moving) w.emit(get(local), int(step * elements), i32.add, set(local));
        w.emit(get(i), int(iterations), i32.add, set(i));
        if (flush) {
          w.emit(get(i), int(RUN - 1), i32.and, i32.isZero, control.if);
          endRun(w, sums);
          w.emit(control.end);
        }
        w.emit(branch(0), control.end, control.end);
      };
      const all = (limit: Code): void => {
        if (many > 1) run(limit, many, 4 * many, { single: false, many }, false);
        run(limit, 1, vector ? 4 : 1, vector ? plain : mode, sums.length > 0 && count > RUN);
      };
      const rest = vector && !overrun && length % 4 > 0;
      const innermost = level === order.length - 1;
      if (
        innermost &&
        !outermost &&
        many === 1 &&
        count * this.#loop.nodes.length <= UNROLLED &&
        count <= MOST_TURNS
      ) {
        // As short as a row of categories: without a loop.
        for (let turn = 1; turn <= count; turn++) {
          inside(vector ? plain : mode);
          if (turn === count && !rest) return;
          for (const { local, step } of moving)
            w.emit(get(local), int(step * (vector ? 4 : 1)), i32.add, set(local));
        }
        if (!rest) return;
      } else if (count > 0 && outermost) {
        w.emit(get(FROM), set(i));
        const limit = w.integer();
        w.emit(get(TO), set(limit));
        if (vector && !overrun)
          w.emit(int(count), get(TO), i32.less, control.if, int(count), set(limit), control.end);
        all(get(limit));
      } else if (count > 0) {
        w.emit(int(0), set(i));
        all(int(count));
      }
      if (!rest) return;
      // The last elements, by whoever has the last iteration.
      if (outermost) {
        w.emit(control.block, get(TO), int(count), i32.atMost, branchIf(0));
        w.emit(get(i), int(count), i32.less, branchIf(0));
      }
      w.emit(int(4 * count), set(i));
      run(int(length), 1, 1, oneByOne, false);
      if (outermost) w.emit(control.end);
    });
  }
}
