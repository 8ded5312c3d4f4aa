// One layer alone in WebAssembly memory, with inputs and gates written straight into it.

import { applyCosts } from "../dist/costs.js";
import * as L from "../dist/layout.js";
import { createMachine } from "../dist/machine.js";

/** Numbers in (-1, 1) from a seed. */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export const randomFloats = (length, random) => Float32Array.from({ length }, random);

/** The last layer of a network as something to time: `load(x, gates)` once, then `run(examples)`; `output()` to check. */
export async function isolate(network, path) {
  const machine = await createMachine(network, path, 1, L.CHUNK, false);
  const { kernels, memory, plan } = machine;
  await applyCosts(machine, undefined, false);
  const index = plan.layers.length - 1;
  const bytes = new Uint8Array(memory.buffer);
  const op = plan.program + L.HEADER_BYTES + index * L.OP_BYTES;
  bytes.copyWithin(plan.probe, plan.program, plan.program + L.HEADER_BYTES);
  bytes.copyWithin(plan.probe + L.HEADER_BYTES, op, op + L.OP_BYTES);
  const header = new DataView(memory.buffer, plan.probe, L.HEADER_BYTES);
  header.setInt32(L.HEADER_OPS, 1, true);
  header.setInt32(L.HEADER_OUTPUTS, 0, true); // outputs stay where the layer wrote them
  const area = (value, example = 0) =>
    new Float32Array(memory.buffer, plan.scratch + value.offset + example * value.stride, value.length);
  const layer = network.layers[index];
  const gates = layer.kind === "gated" ? plan.values[layer.gates] : null;
  const input = new Float32Array(memory.buffer, plan.input, L.CHUNK * network.inputs);
  const gateRows = gates ? Array.from({ length: L.CHUNK }, (_, i) => area(gates, i)) : [];
  return {
    load(x, masks) {
      input.set(x);
      if (!gates) return;
      if (masks.length === gates.length) gateRows[0].set(masks);
      else
        for (const [i, row] of gateRows.entries())
          row.set(masks.subarray(i * gates.length, (i + 1) * gates.length));
    },
    run: (examples) => kernels.run(plan.probe, plan.scratch, plan.input, plan.output, examples),
    output: (example) => area(plan.values[index + 1], example).slice(),
    path: () => new Int32Array(memory.buffer, plan.scratch + plan.taken + index * 4, 1)[0],
  };
}

/** A gated layer; its gates come from a layer that is never run here. */
export function gatedNetwork(inputs, outputs, block, random) {
  const gates = Math.ceil(outputs / block);
  return {
    inputs,
    layers: [
      { kind: "linear", outputs: gates, weight: new Float32Array(inputs * gates) },
      { kind: "gate", open: { above: 0 } },
      {
        ...{ kind: "gated", input: 0, gates: 2, block, outputs },
        weight: randomFloats(inputs * outputs, random),
        bias: randomFloats(outputs, random),
      },
    ],
  };
}

/** The same layer without gates. */
export function denseTwin({ inputs, layers }) {
  const { outputs, weight, bias } = layers.at(-1);
  return { inputs, layers: [{ kind: "linear", outputs, weight, bias }] };
}
