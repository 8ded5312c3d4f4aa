import {
  branch,
  branchIf,
  type Code,
  control,
  f32x4,
  get,
  i32,
  i32x4,
  int,
  isFloat,
  type Locals,
  load,
  set,
  tee,
  type,
  type Value,
  v128,
  vectors,
} from "@hardgrad/onnx/graph";
import { splitStrides } from "../refine.ts";
import type { Loop, LoopNode } from "../schedule.ts";
import { rowMajor, type Storage, type View } from "../views.ts";
import { Writer } from "../writer.ts";
import { emitNode } from "./emit-node.ts";
import { splat, splatInt } from "./vector-math.ts";

/** A loop nest as a function of two parameters: it does the iterations `[from, to)` of its outermost loop. */
export interface CompiledLoop {
  readonly locals: Locals;
  readonly body: Code;
  /** Iterations of the outermost loop. */
  readonly extent: number;
}

const FROM = 0;
const TO = 1;
/** So many numbers are added up before their sum is added to the total: an error of so many roundings at most. */
const RUN = 128;

/** An array as a loop nest reads or writes it. */
interface Access {
  readonly storage: Storage;
  readonly offset: number;
  /** Along the axes of the nest, in elements. */
  strides: readonly number[];
}

interface Place {
  /** Bytes from the start of memory, but for the part in `index`. */
  readonly base: number;
  readonly bytes: number;
  readonly strides: readonly number[];
  readonly group: number;
}

/** How a part of the nest runs: one element at a time, in the first lane; or so many vectors at once. */
interface Mode {
  readonly single: boolean;
  readonly many: number;
}
const plainMode: Mode = { single: false, many: 1 };

/** A reduction over what is outside the last axis takes so many columns at once, and so many nodes at most. */
const MOST_VECTORS = 8;
const MOST_COPIES = 64;

/** A reduction's running values. */
interface Sum {
  readonly item: LoopNode;
  /** Which of the vectors that run at once. */
  readonly shift: number;
  readonly out: Place | undefined;
  readonly total: number;
  readonly run: number;
  readonly single: number;
}

/**
 * @param storageOf where the values lie that are in memory.
 */
export function compileLoop(loop: Loop, storageOf: ReadonlyMap<Value, Storage>): CompiledLoop {
  return new LoopCompiler(loop, storageOf).compile();
}

class LoopCompiler {
  readonly #loop: Loop;
  readonly #storageOf: ReadonlyMap<Value, Storage>;
  readonly #w = new Writer(2);
  readonly #prologue = new Writer(0);
  readonly #constants = new Map<string, number>();
  readonly #accesses = new Map<string, Access>();
  /** Axes of the nest after joining: lengths, and whether they are folded. */
  #lengths: number[] = [];
  #folded: boolean[] = [];
  /** Axes from the outermost loop to the innermost. */
  #order: number[] = [];
  readonly #places = new Map<string, Place>();
  readonly #groups: { strides: readonly number[]; bytes: number; start: number; current: number }[] = [];
  readonly #loaded = new Map<string, number>();
  #overrun = false;
  /** Vectors that a reduction of columns takes at once. */
  #many = 1;

  constructor(loop: Loop, storageOf: ReadonlyMap<Value, Storage>) {
    this.#loop = loop;
    this.#storageOf = storageOf;
  }

  compile(): CompiledLoop {
    this.#collect();
    this.#join();
    this.#arrange();
    const w = this.#w;
    const [outer] = this.#order;
    const vector = this.#lengths.length - 1;
    const extent =
      outer === undefined
        ? 1
        : outer === vector
          ? Math.ceil(this.#lengths[outer]! / 4)
          : this.#lengths[outer]!;
    this.#loadsAt(-1, plainMode);
    const kept = this.#order.filter((axis) => !this.#folded[axis]);
    if (kept.length === 0 && this.#order.length > 0) {
      // One result of everything: for whoever does the only iteration.
      w.emit(control.block, get(FROM), get(TO), i32.atLeast, branchIf(0));
      this.#nest(0, plainMode);
      w.emit(control.end);
      return { locals: w.locals(), body: [...this.#prologue.code, ...w.code], extent: 1 };
    }
    if (this.#order.length === 0) {
      w.emit(control.block, get(FROM), get(TO), i32.atLeast, branchIf(0));
      // A part of one element must leave its neighbours alone.
      this.#nest(0, { single: this.#loop.into !== undefined, many: 1 });
      w.emit(control.end);
    } else this.#nest(0, plainMode);
    return { locals: w.locals(), body: [...this.#prologue.code, ...w.code], extent };
  }

  // ---- what is read and written

  #key(root: Value, view: View): string {
    return `${root.id}:${view.offset}:${this.#split(view)}`;
  }

  #split(view: View): readonly number[] {
    return splitStrides(view.shape, view.strides, this.#loop.lengths);
  }

  #collect(): void {
    const made = new Set(this.#loop.nodes.map(({ node }) => node.outputs[0]!));
    for (const item of this.#loop.nodes) {
      for (const { root, view } of item.operands) {
        if (made.has(root) || root.data?.length === 1) continue;
        const storage = this.#storageOf.get(root)!;
        this.#accesses.set(this.#key(root, view), {
          storage,
          offset: view.offset,
          strides: this.#split(view),
        });
      }
      const [out] = item.node.outputs as [Value];
      const storage = this.#storageOf.get(out);
      const { into } = this.#loop;
      if (into) {
        const { offset } = into.view;
        const there = { storage: this.#storageOf.get(into.root)!, offset, strides: this.#split(into.view) };
        this.#accesses.set(`to ${out.id}`, there);
      } else if (storage)
        this.#accesses.set(`to ${out.id}`, { storage, offset: 0, strides: this.#results(item) });
    }
  }

  /** Strides of a node's result along the loop: row by row, and none along what is folded. */
  #results({ lengths, folded }: LoopNode): readonly number[] {
    const kept = rowMajor(lengths.filter((_, i) => !folded[i]));
    let at = 0;
    const own = lengths.map((_, i) => (folded[i] ? 0 : kept[at++]!));
    return splitStrides(lengths, own, this.#loop.lengths);
  }

  /** Joins neighbouring axes that every access crosses as one. */
  #join(): void {
    const { lengths, folded = lengths.map(() => false) } = this.#loop;
    const groups: number[][] = [];
    lengths.forEach((_, axis) => {
      const last = groups.at(-1);
      const before = last?.at(-1);
      const joins =
        before !== undefined &&
        folded[before] === folded[axis] &&
        [...this.#accesses.values()].every((a) => a.strides[before] === a.strides[axis]! * lengths[axis]!);
      if (joins) last!.push(axis);
      else groups.push([axis]);
    });
    this.#lengths = groups.map((group) => group.reduce((n, axis) => n * lengths[axis]!, 1));
    this.#folded = groups.map((group) => folded[group[0]!]!);
    for (const access of this.#accesses.values())
      access.strides = groups.map((group) => access.strides[group.at(-1)!]!);
  }

  #arrange(): void {
    const axes = this.#lengths.map((_, axis) => axis);
    const last = axes.length - 1;
    const kept = axes.filter((axis) => !this.#folded[axis]);
    this.#order = [...kept, ...axes.filter((axis) => this.#folded[axis])];
    const folds = kept.length < axes.length;
    const mapped = this.#loop.nodes.some(
      ({ node, folded }) => !folded.includes(true) && this.#storageOf.has(node.outputs[0]!),
    );
    // Storage has room behind its end, so that a last vector may reach beyond.
    const near = [...this.#accesses.values()].every(({ strides }) => Math.abs(strides[last] ?? 0) <= 1);
    this.#overrun =
      !this.#folded[last] && kept.length === 1 && (!folds || !mapped) && near && !this.#loop.into;
    if (folds && !this.#folded[last] && near) {
      const copies = Math.floor(MOST_COPIES / this.#loop.nodes.length);
      this.#many = Math.max(1, Math.min(MOST_VECTORS, copies, Math.floor(this.#lengths[last]! / 4)));
    }
    for (const [key, { storage, offset, strides }] of this.#accesses) {
      const bytes = storage.dtype === "uint8" ? 1 : 4;
      const base = storage.address + bytes * offset;
      // A negative step would leave the range of an address that is added to a constant.
      const negative = strides.some((s) => s < 0);
      const start = negative ? base : 0;
      let group = this.#groups.findIndex(
        (g) => g.bytes === bytes && g.start === start && g.strides.every((s, i) => s === strides[i]),
      );
      if (group < 0) {
        const current = this.#w.integer();
        group = this.#groups.push({ strides, bytes, start, current }) - 1;
        if (start > 0) this.#w.emit(int(start), set(current));
      }
      this.#places.set(key, { base: negative ? 0 : base, bytes, strides, group });
    }
  }

  // ---- loops

  /** Loops from a level inwards. */
  #nest(level: number, mode: Mode): void {
    const keptLevels = this.#order.filter((axis) => !this.#folded[axis]).length;
    if (level === keptLevels) this.#inside(level, mode);
    else this.#loopAt(level, mode, (inner) => this.#nest(level + 1, inner));
  }

  /** What stands inside the loops over what is kept. */
  #inside(level: number, mode: Mode): void {
    if (level === this.#order.length) {
      this.#body(mode);
      return;
    }
    const w = this.#w;
    const folds = this.#loop.nodes.filter(({ folded }) => folded.includes(true));
    const sums = Array.from({ length: mode.many }, (_, shift) =>
      folds.map((item): Sum => {
        const out = this.#places.get(`to ${item.node.outputs[0]!.id}`);
        return { item, shift, out, total: w.vector(), run: w.vector(), single: w.vector() };
      }),
    ).flat();
    for (const { item, total, run, single } of sums)
      w.emit(neutral(item.node), tee(total), tee(run), set(single));
    this.#fold(level, mode, sums);
    const vectorFolded = this.#folded.at(-1)!;
    for (const { item, out, shift, total, single } of sums) {
      w.emit(get(total));
      if (vectorFolded && !mode.single) {
        const all = w.keep();
        const combine = combiner(item.node);
        const turned = (...lanes: [number, number, number, number]): Code => [
          ...get(all),
          ...get(all),
          ...get(all),
          ...vectors.shuffle(...lanes),
          ...combine,
        ];
        w.emit(turned(2, 3, 0, 1), set(all), turned(1, 0, 3, 2), get(single), combine);
        w.release(all);
      }
      this.#finish(item);
      const result = w.keep();
      if (out) this.#store(out, result, mode.single || vectorFolded, shift);
      w.release(result);
    }
    for (const { total, run, single } of sums) w.release(total, run, single);
  }

  #fold(level: number, mode: Mode, sums: readonly Sum[]): void {
    const w = this.#w;
    if (level === this.#order.length) {
      this.#body(mode, sums);
      return;
    }
    const innermost = level === this.#order.length - 1;
    this.#loopAt(level, mode, (inner) => this.#fold(level + 1, inner, sums), innermost ? sums : undefined);
    if (innermost)
      for (const { item, total, run } of sums) {
        w.emit(get(total), get(run), combiner(item.node), set(total), neutral(item.node), set(run));
      }
  }

  #finish({ node, lengths, folded }: LoopNode): void {
    if (node.op !== "ReduceMean") return;
    const count = lengths.reduce((n, d, i) => (folded[i] ? n * d : n), 1);
    this.#w.emit(splat(count), f32x4.div);
  }

  /** A loop over the axis of a level: vectors of four along the last axis, and what is left of it one by one. */
  #loopAt(level: number, mode: Mode, inside: (mode: Mode) => void, sums?: readonly Sum[]): void {
    const w = this.#w;
    const axis = this.#order[level]!;
    const length = this.#lengths[axis]!;
    const outermost = level === 0 && !this.#folded[axis];
    const vector = axis === this.#lengths.length - 1;
    const i = w.integer();
    const saved = this.#groups.map((group) => group.current);
    const entered = this.#enter(level, axis, vector ? 4 : 1, outermost);
    const count = !vector ? length : this.#overrun ? Math.ceil(length / 4) : Math.floor(length / 4);
    if (outermost) w.emit(get(FROM), set(i));
    else w.emit(int(0), set(i));
    /** A loop up to a limit, so many iterations and elements of the axis at a time. */
    const run = (limit: Code, iterations: number, elements: number, inner: Mode, flush: boolean): void => {
      w.emit(control.block, control.loop, get(i));
      if (iterations > 1) w.emit(int(iterations - 1), i32.add);
      w.emit(limit, i32.atLeast, branchIf(1));
      const loaded = this.#loadsAt(level, inner);
      inside(inner);
      this.#forget(loaded);
      for (const { local, step } of entered) w.emit(get(local), int(step * elements), i32.add, set(local));
      w.emit(get(i), int(iterations), i32.add, set(i));
      if (flush) {
        w.emit(get(i), int(RUN - 1), i32.and, i32.isZero, control.if);
        for (const { item, total, run: part } of sums!)
          w.emit(get(total), get(part), combiner(item.node), set(total), neutral(item.node), set(part));
        w.emit(control.end);
      }
      w.emit(branch(0), control.end, control.end);
    };
    const flush = sums !== undefined && count > RUN;
    const many = vector && !this.#folded[axis] ? this.#many : 1;
    const all = (limit: Code): void => {
      if (many > 1) run(limit, many, 4 * many, { single: false, many }, false);
      run(limit, 1, vector ? 4 : 1, vector ? plainMode : mode, flush);
    };
    if (count > 0) {
      if (outermost) {
        const limit = w.integer();
        w.emit(get(TO), set(limit));
        if (vector && !this.#overrun)
          w.emit(int(count), get(TO), i32.less, control.if, int(count), set(limit), control.end);
        all(get(limit));
      } else all(int(count));
    }
    if (vector && !this.#overrun && length % 4 > 0) {
      // The last elements, by whoever has the last iteration.
      const begin = 4 * count;
      if (outermost) {
        w.emit(control.block, get(TO), int(count), i32.atMost, branchIf(0));
        w.emit(get(i), int(count), i32.less, branchIf(0));
      }
      w.emit(int(begin), set(i));
      run(int(length), 1, 1, { single: true, many: 1 }, false);
      if (outermost) w.emit(control.end);
    }
    this.#groups.forEach((group, g) => {
      group.current = saved[g]!;
    });
  }

  /** Variables for the addresses that move in this loop. */
  #enter(level: number, axis: number, scale: number, outermost: boolean): { local: number; step: number }[] {
    const w = this.#w;
    return this.#groups.flatMap((group) => {
      const step = group.strides[axis]! * group.bytes;
      if (step === 0) return [];
      const local = level === 0 ? group.current : w.integer();
      w.emit(get(group.current));
      if (outermost) w.emit(get(FROM), int(step * scale), i32.mul, i32.add);
      w.emit(set(local));
      group.current = local;
      return [{ local, step }];
    });
  }

  // ---- loads and stores

  /** The level of the innermost loop in which an access moves. */
  #levelOf(strides: readonly number[]): number {
    for (let level = this.#order.length - 1; level >= 0; level--)
      if (strides[this.#order[level]!] !== 0) return level;
    return -1;
  }

  /** Loads what moves at this level and in no loop inside it; what moves in the innermost is loaded where it is used. */
  #loadsAt(level: number, { single, many }: Mode): string[] {
    if (level === this.#order.length - 1 && level >= 0) return [];
    const keys: string[] = [];
    for (const [key, place] of this.#places) {
      if (key.startsWith("to ") || this.#levelOf(place.strides) !== level) continue;
      const copies = moves(place) ? many : 1;
      for (let shift = 0; shift < copies; shift++) {
        this.#loaded.set(shifted(key, shift), this.#load(key, single, shift));
        keys.push(shifted(key, shift));
      }
    }
    return keys;
  }

  #forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#w.release(this.#loaded.get(key)!);
      this.#loaded.delete(key);
    }
  }

  #load(key: string, single: boolean, shift: number): number {
    const w = this.#w;
    const { base: start, bytes, strides, group } = this.#places.get(key)!;
    const base = start + 4 * bytes * shift * (strides.at(-1) ?? 0);
    const address = get(this.#groups[group]!.current);
    const stride = strides.at(-1) ?? 0;
    if (single || stride === 0)
      return bytes === 1
        ? w.keep(address, load.u8(base), v128.splat)
        : w.keep(address, vectors.loadSplat(base));
    if (stride === 1)
      return bytes === 1
        ? w.keep(address, vectors.loadFirst(base), i32x4.widenBytes, i32x4.widenLow)
        : w.keep(address, vectors.load(base));
    const local = w.vector();
    if (bytes === 1) w.emit(address, load.u8(base), v128.splat, set(local));
    else w.emit(address, vectors.loadFirst(base), set(local));
    for (let lane = 1; lane < 4; lane++) {
      const there: Code = [...address, ...int(lane * stride * bytes), ...i32.add];
      if (bytes === 1) w.emit(get(local), there, load.u8(base), vectors.replaceInt(lane), set(local));
      else w.emit(there, get(local), vectors.loadLane(lane, base), set(local));
    }
    return local;
  }

  #store({ base: start, group, strides }: Place, local: number, single: boolean, shift: number): void {
    const base = start + 16 * shift * (strides.at(-1) ?? 0);
    const address = get(this.#groups[group]!.current);
    const stride = strides.at(-1) ?? 1;
    if (!single && Math.abs(stride) > 1) {
      // A part of an array along its last axis.
      for (let lane = 0; lane < 4; lane++)
        this.#w.emit(address, int(4 * lane * stride), i32.add, get(local), vectors.storeLane(lane, base));
      return;
    }
    if (single) this.#w.emit(address, get(local), vectors.storeLane(0, base));
    else this.#w.emit(address, get(local), vectors.store(base));
  }

  // ---- the body

  /** A variable that holds a constant from the start of the function. */
  #constant(code: Code): number {
    const key = code.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.#w.local(type.v128);
      this.#prologue.emit(code, set(local));
      this.#constants.set(key, local);
    }
    return local;
  }

  #body({ single, many }: Mode, sums: readonly Sum[] = []): void {
    for (let shift = 0; shift < many; shift++)
      this.#copy(
        single,
        shift,
        sums.filter((sum) => sum.shift === shift),
      );
  }

  #copy(single: boolean, shift: number, sums: readonly Sum[]): void {
    const w = this.#w;
    const values = new Map<Value, number>();
    const here: number[] = [];
    const operand = (root: Value, view: View): number => {
      const known = values.get(root);
      if (known !== undefined) return known;
      if (root.data?.length === 1) {
        const number = root.data[0]!;
        const words = root.dtype === "bool" ? -number : number;
        return this.#constant(isFloat(root.dtype) ? splat(number) : splatInt(words));
      }
      const key = this.#key(root, view);
      const own = moves(this.#places.get(key)!) ? shifted(key, shift) : key;
      const loaded = this.#loaded.get(own) ?? inside.get(key);
      if (loaded !== undefined) return loaded;
      const local = this.#load(key, single, shift);
      inside.set(key, local);
      here.push(local);
      return local;
    };
    const inside = new Map<string, number>();
    for (const item of this.#loop.nodes) {
      const operands = item.operands.map(({ root, view }) => operand(root, view));
      const [out] = item.node.outputs as [Value];
      const sum = sums.find((s) => s.item === item);
      if (sum) {
        const target = single && this.#folded.at(-1) ? sum.single : sum.run;
        w.emit(get(target), get(operands[0]!), combiner(item.node), set(target));
        continue;
      }
      emitNode(w, item.node, operands, (x) => get(this.#constant(splat(x))));
      const local = w.keep();
      here.push(local);
      values.set(out, local);
      const place = this.#places.get(`to ${out.id}`);
      if (!place) continue;
      // Where the result replaces an array that is read later on, that is read now.
      const { address } = this.#accesses.get(`to ${out.id}`)!.storage;
      for (const { operands: later } of this.#loop.nodes.slice(this.#loop.nodes.indexOf(item) + 1))
        for (const { root, view } of later)
          if (this.#storageOf.get(root)?.address === address && root !== out) operand(root, view);
      this.#store(place, local, single, shift);
    }
    w.release(...here);
  }
}

/** Whether an access moves along the last axis. */
const moves = ({ strides }: Place): boolean => (strides.at(-1) ?? 0) !== 0;
const shifted = (key: string, shift: number): string => (shift === 0 ? key : `${key}@${shift}`);

const neutral = ({ op, inputs }: { op: string; inputs: readonly Value[] }): Code => {
  const float = isFloat(inputs[0]!.dtype);
  switch (op) {
    case "ReduceMax":
      return float ? splat(Number.NEGATIVE_INFINITY) : splatInt(-(2 ** 31));
    case "ReduceMin":
      return float ? splat(Number.POSITIVE_INFINITY) : splatInt(2 ** 31 - 1);
    case "ReduceProd":
      return float ? splat(1) : splatInt(1);
    default:
      return splatInt(0);
  }
};

const combiner = ({ op, inputs }: { op: string; inputs: readonly Value[] }): Code => {
  const float = isFloat(inputs[0]!.dtype);
  switch (op) {
    case "ReduceMax":
      return float ? f32x4.max : i32x4.max;
    case "ReduceMin":
      return float ? f32x4.min : i32x4.min;
    case "ReduceProd":
      return float ? f32x4.mul : i32x4.mul;
    default:
      return float ? f32x4.add : i32x4.add;
  }
};
