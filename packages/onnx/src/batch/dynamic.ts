import type { Builder } from "../ir/builder.ts";
import type { Value } from "../ir/types.ts";
import { fitLine, type Three } from "./fit.ts";
import { refusal } from "./refusal.ts";

/** Vectors of int64 that a model computes from the batch size. */
export class DynamicSizes {
  /** The batch size, `[1]`. */
  readonly size: Value;
  readonly #b: Builder;
  readonly #sizes: Three<number>;

  constructor(b: Builder, input: Value, sizes: Three<number>) {
    this.#b = b;
    this.#sizes = sizes;
    this.size = b.emit("Shape", [input], { start: 0, end: 1 });
  }

  /** The vector whose values at the three sizes are given. */
  vector(lists: Three<readonly number[]>, op: string): Value {
    const b = this.#b;
    const parts: Value[] = [];
    let fixed: number[] = [];
    const flush = (): void => {
      if (fixed.length > 0) parts.push(this.#constant(fixed));
      fixed = [];
    };
    lists[0].forEach((first, i) => {
      const line = fitLine([first, lists[1][i]!, lists[2][i]!], this.#sizes);
      if (!line)
        throw refusal(`${op} has sizes that follow no law: ${lists.map((list) => `[${list}]`).join(", ")}`);
      if (line.slope === 0) {
        fixed.push(line.offset);
        return;
      }
      flush();
      const scaled = line.slope === 1 ? this.size : b.emit("Mul", [this.size, this.#constant([line.slope])]);
      parts.push(line.offset === 0 ? scaled : b.emit("Add", [scaled, this.#constant([line.offset])]));
    });
    flush();
    return parts.length === 1 ? parts[0]! : b.emit("Concat", parts, { axis: 0 });
  }

  #constant(list: readonly number[]): Value {
    return this.#b.constant("int64", [list.length], Int32Array.from(list));
  }
}
