import { lowerGraph } from "@hardgrad/onnx/graph";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { grad } from "hardgrad";
import { test } from "vitest";
import { schedule } from "../src/schedule.ts";
import { runCompiled } from "./run-compiled.ts";

await init("wasm");
defaultDevice("wasm");
test("x", () => {
  const f = (a: np.Array) => grad((x: np.Array) => np.sum(np.tanh(x).slice([], 0)))(a);
  const args = () => [
    np.array([
      [0.1, 0.2],
      [0.3, 0.4],
    ]),
  ];
  const g = lowerGraph(f, args());
  for (const n of g.graph.nodes)
    console.log(
      `${n.op}(${n.inputs.map((x) => `${x.name ?? (x.data ? "c" + x.data[0] : "")}#${x.id}:${x.dtype}[${x.shape}]`).join(", ")}) ${JSON.stringify(n.attributes)} -> ${n.outputs.map((x) => `#${x.id}:[${x.shape}]`)}`,
    );
  console.log(
    JSON.stringify(
      schedule(g.graph).steps.map((s: any) =>
        s.kind === "loop"
          ? [
              s.lengths,
              s.nodes.map((n: any) => [n.node.op, n.operands.map((o: any) => [o.root.id, o.view])]),
              s.into?.view,
            ]
          : s.node.op,
      ),
    ),
  );
  console.log(runCompiled(f, args()));
});
