import { runKeys, type Traceable } from "@hardgrad/onnx";
import { lowerGraph } from "@hardgrad/onnx/graph";
import { type Array as ConcreteArray, tree } from "@jax-js/jax";
import { leavesWithPaths } from "../../onnx/src/names.ts";
import { compileGraph } from "../src/compile-graph.ts";
import type { Multiply } from "../src/product-form.ts";
import { bindProgram } from "../src/program.ts";
import { useRelaxed } from "../src/relaxed.ts";

/** Products in plain JavaScript, summed in float64. */
export const plainMultiply =
  (memory: WebAssembly.Memory): Multiply =>
  (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate) => {
    const x = new Float32Array(memory.buffer);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? x[c / 4 + i * cRow + j]! : 0;
        for (let l = 0; l < k; l++)
          sum += x[a / 4 + i * aRow + l * aColumn]! * x[b / 4 + l * bRow + j * bColumn]!;
        x[c / 4 + i * cRow + j] = sum;
      }
  };

/** What a compiled function computes: one list of numbers per result. */
export function runCompiled(fn: Traceable, args: readonly unknown[]): number[][] {
  const lowered = lowerGraph(fn, args, { random: "outside" });
  const compiled = compileGraph(lowered.graph, lowered.resultNames, { start: 64, fused: useRelaxed() });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const program = bindProgram(compiled, new WebAssembly.Module(compiled.module), memory, {
    multiply: plainMultiply(memory),
  });
  const leaves = tree.leaves(args as never) as unknown as (ConcreteArray | number)[];
  const names = args.flatMap((arg, i) =>
    leavesWithPaths(arg).map(({ path }) => [`input${i}`, ...path].join(".")),
  );
  const given = new Map(
    names.map((name, i) => {
      const leaf = leaves[i]!;
      return [
        name,
        typeof leaf === "object" ? (leaf.ref.dataSync() as ArrayLike<number>) : [Number(leaf)],
      ] as const;
    }),
  );
  const drawn = runKeys(
    lowered.keys,
    Object.fromEntries(lowered.keys.keys.map((name) => [name, given.get(name) as Uint32Array])),
  );
  for (const port of compiled.inputs) {
    const data = given.get(port.name) ?? drawn[port.name]!;
    program.view(port).set(port.dtype === "bool" ? Array.from(data, (x) => -Number(x)) : data);
  }
  program.run();
  program.run();
  return compiled.outputs.map((port) =>
    Array.from(program.view(port), (x) => (port.dtype === "bool" ? -x : x)),
  );
}
