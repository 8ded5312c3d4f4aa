import { type Code, get, i32, i32x4, int, load, set, v128, vectors } from "@hardgrad/onnx/graph";
import type { Storage } from "../views.ts";
import type { Writer } from "../writer.ts";
import type { Nest } from "./nest.ts";

/** How a part of the nest runs: one element at a time, in the first lane; or so many vectors at once. */
export interface Pass {
  readonly single: boolean;
  readonly many: number;
}

interface Place {
  readonly writes: boolean;
  readonly storage: Storage;
  /** Bytes from the start of memory, but for the part in the group's variable. */
  readonly base: number;
  readonly bytes: number;
  readonly strides: readonly number[];
  readonly group: Group;
}

/** Accesses that move alike share a variable. */
interface Group {
  readonly strides: readonly number[];
  readonly bytes: number;
  readonly start: number;
  /** The variable of the loop that is being written. */
  current: number;
}

/** Writes a nest's loads and stores. */
export class NestMemory {
  readonly #w: Writer;
  readonly #nest: Nest;
  readonly #places = new Map<string, Place>();
  readonly #groups: Group[] = [];
  /** Variables with what was loaded outside the innermost loop. */
  readonly #loaded = new Map<string, number>();

  constructor(w: Writer, nest: Nest) {
    this.#w = w;
    this.#nest = nest;
    for (const [key, { writes, storage, offset, strides }] of nest.accesses) {
      const bytes = storage.dtype === "uint8" ? 1 : 4;
      const base = storage.address + bytes * offset;
      // A negative step would leave the range of an address that is added to a constant.
      const negative = strides.some((s) => s < 0);
      const group = this.#groupOf(strides, bytes, negative ? base : 0);
      this.#places.set(key, { writes, storage, base: negative ? 0 : base, bytes, strides, group });
    }
  }

  #groupOf(strides: readonly number[], bytes: number, start: number): Group {
    const known = this.#groups.find(
      (g) => g.bytes === bytes && g.start === start && g.strides.every((s, i) => s === strides[i]),
    );
    if (known) return known;
    const group: Group = { strides, bytes, start, current: this.#w.integer() };
    this.#groups.push(group);
    if (start > 0) this.#w.emit(int(start), set(group.current));
    return group;
  }

  /**
   * Begins a loop: variables for the addresses that move in it, with their steps in bytes.
   *
   * @param from the variable with the first iteration, which is 0 without one.
   * @param scale elements an iteration.
   */
  enter(level: number, scale: number, from?: number): { local: number; step: number }[] {
    const w = this.#w;
    const axis = this.#nest.order[level]!;
    return this.#groups.flatMap((group) => {
      const step = group.strides[axis]! * group.bytes;
      if (step === 0) return [];
      const local = level === 0 ? group.current : w.integer();
      w.emit(get(group.current));
      if (from !== undefined) w.emit(get(from), int(step * scale), i32.mul, i32.add);
      w.emit(set(local));
      group.current = local;
      return [{ local, step }];
    });
  }

  /** Writes a loop, behind which addresses are those of before. */
  within(write: () => void): void {
    const saved = this.#groups.map(({ current }) => current);
    write();
    this.#groups.forEach((group, g) => {
      group.current = saved[g]!;
    });
  }

  /** Loads what moves at this level and in no loop inside it; what moves in the innermost is loaded where it is used. */
  loadAt(level: number, { single, many }: Pass): string[] {
    if (level === this.#nest.order.length - 1 && level >= 0) return [];
    const keys: string[] = [];
    for (const [key, place] of this.#places) {
      if (place.writes || this.#levelOf(place) !== level) continue;
      const copies = moves(place) ? many : 1;
      for (let shift = 0; shift < copies; shift++) {
        this.#loaded.set(shifted(key, shift), this.load(key, single, shift));
        keys.push(shifted(key, shift));
      }
    }
    return keys;
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#w.release(this.#loaded.get(key)!);
      this.#loaded.delete(key);
    }
  }

  /** The level of the innermost loop in which an access moves. */
  #levelOf({ strides }: Place): number {
    return this.#nest.order.findLastIndex((axis) => strides[axis] !== 0);
  }

  /** The variable with what was loaded outside the innermost loop. */
  loaded(key: string, shift: number): number | undefined {
    return this.#loaded.get(moves(this.#places.get(key)!) ? shifted(key, shift) : key);
  }

  /** The array behind a key, if there is one in memory. */
  storage(key: string): Storage | undefined {
    return this.#places.get(key)?.storage;
  }

  /** @param shift which of the vectors that run at once. */
  load(key: string, single: boolean, shift: number): number {
    const w = this.#w;
    const { base: start, bytes, strides, group } = this.#places.get(key)!;
    const stride = strides.at(-1) ?? 0;
    const base = start + 4 * bytes * shift * stride;
    const address = get(group.current);
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

  store(key: string, local: number, single: boolean, shift: number): void {
    const { base: start, group, strides } = this.#places.get(key)!;
    const base = start + 16 * shift * (strides.at(-1) ?? 0);
    const address = get(group.current);
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
}

/** Whether an access moves along the last axis. */
const moves = ({ strides }: Place): boolean => (strides.at(-1) ?? 0) !== 0;
const shifted = (key: string, shift: number): string => (shift === 0 ? key : `${key}@${shift}`);
