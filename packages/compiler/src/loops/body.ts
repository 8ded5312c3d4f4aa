import { isFloat, type Value } from "@hardgrad/onnx/graph";
import type { Loop } from "../steps.ts";
import type { Storage, View } from "../views.ts";
import { splat, splatInt, type Writer } from "../writer.ts";
import { emitNode } from "./emit-node.ts";
import { type Nest, readKey, writeKey } from "./nest.ts";
import type { NestMemory, Pass } from "./nest-memory.ts";
import { addTo, type Sum } from "./sums.ts";

/** Writes what a nest does for an element: its nodes in order. */
export class LoopBody {
  readonly #w: Writer;
  readonly #loop: Loop;
  readonly #nest: Nest;
  readonly #memory: NestMemory;
  readonly #storageOf: ReadonlyMap<Value, Storage>;

  constructor(w: Writer, loop: Loop, nest: Nest, memory: NestMemory, storageOf: ReadonlyMap<Value, Storage>) {
    this.#w = w;
    this.#loop = loop;
    this.#nest = nest;
    this.#memory = memory;
    this.#storageOf = storageOf;
  }

  /** @param sums the reductions that run here. */
  emit({ single, many }: Pass, sums: readonly Sum[] = []): void {
    for (let shift = 0; shift < many; shift++)
      this.#emitOne(
        single,
        shift,
        sums.filter((sum) => sum.shift === shift),
      );
  }

  #emitOne(single: boolean, shift: number, sums: readonly Sum[]): void {
    const w = this.#w;
    const values = new Map<Value, number>();
    const here: number[] = [];
    const loadedHere = new Map<string, number>();
    const operand = (root: Value, view: View): number => {
      const known = values.get(root);
      if (known !== undefined) return known;
      if (root.data?.length === 1) {
        const number = root.data[0]!;
        const word = root.dtype === "bool" ? -number : number;
        return w.constant(isFloat(root.dtype) ? splat(number) : splatInt(word));
      }
      const key = readKey(this.#loop, root, view);
      const loaded = this.#memory.loaded(key, shift) ?? loadedHere.get(key);
      if (loaded !== undefined) return loaded;
      const local = this.#memory.load(key, single, shift);
      loadedHere.set(key, local);
      here.push(local);
      return local;
    };
    this.#loop.nodes.forEach((item, at) => {
      const operands = item.operands.map(({ root, view }) => operand(root, view));
      const [out] = item.node.outputs as [Value];
      const sum = sums.find((s) => s.item === item);
      if (sum) {
        addTo(w, sum, operands[0]!, single && this.#nest.folded.at(-1)!);
        return;
      }
      emitNode(w, item.node, operands);
      const local = w.keep();
      here.push(local);
      values.set(out, local);
      const storage = this.#memory.storage(writeKey(out));
      if (!storage) return;
      // Where the result replaces an array that is read later on, that is read now.
      for (const later of this.#loop.nodes.slice(at + 1))
        for (const { root, view } of later.operands)
          if (this.#storageOf.get(root)?.address === storage.address && root !== out) operand(root, view);
      this.#memory.store(writeKey(out), local, single, shift);
    });
    w.release(...here);
  }
}
