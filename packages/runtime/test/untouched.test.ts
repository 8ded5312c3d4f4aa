import { describe, expect, test } from "vitest";
import { checked } from "../src/check.ts";
import { writeCosts } from "../src/costs.ts";
import { instantiateKernels } from "../src/kernels.ts";
import type { Network } from "../src/layers.ts";
import * as L from "../src/layout.ts";
import { createMachine } from "../src/machine.ts";
import { type Path, paths } from "../src/paths.ts";
import { writeProgram } from "../src/program.ts";
import { floats, generator } from "./reference.ts";
import { usualCosts } from "./values.ts";

const INPUTS = 24;
/** With so many the test has weights fetched ahead, as those of large layers are. */
const MANY_INPUTS = 1400;
const OUTPUTS = 96;
/** Outputs whose gates may open; those after them are closed for every example. */
const USED = 32;
const PAGE = 65536;

/** Gates are the second part of the input, which the gater passes on. */
function networkOf(block: number, seed: number, inputs = INPUTS): Network {
  const random = generator(seed);
  const gates = OUTPUTS / block;
  const pass = new Float32Array((inputs + gates) * gates);
  for (let g = 0; g < gates; g++) pass[(inputs + g) * gates + g] = 1;
  const weight = floats((inputs + gates) * OUTPUTS, random);
  return {
    inputs: inputs + gates,
    layers: [
      { kind: "linear", outputs: gates, weight: pass },
      { kind: "gate", open: { above: 0.5 } },
      { kind: "gated", input: 0, gates: 2, block, outputs: OUTPUTS, weight, bias: floats(OUTPUTS, random) },
    ],
  };
}

/** Inputs with gates that are open here and there among the first, and closed after them. */
function inputsOf(network: Network, block: number, batch: number): Float32Array {
  const random = generator(batch);
  const x = floats(batch * network.inputs, random).map((v) => Math.max(v, 0));
  const gates = OUTPUTS / block;
  for (let n = 0; n < batch; n++)
    for (let g = 0; g < gates; g++)
      x[(n + 1) * network.inputs - gates + g] = g * block < USED && (n + g === 0 || random() > -0.2) ? 1 : 0;
  return x;
}

/**
 * Runs with the weights of the layer moved to the very end of memory, so that those of the closed gates would lie behind
 * it: whoever reads one of them is stopped by WebAssembly.
 */
async function runAtTheEnd(network: Network, path: Path, x: Float32Array): Promise<Float32Array> {
  const { module, placement } = await createMachine(checked(network), path, 1, L.CHUNK, false);
  const { weight, wide, rows, rowBytes, inputs } = placement.layers[2]!;
  const places = [
    { field: L.OP_WEIGHT, at: weight, used: (USED / 8) * inputs * 32 },
    { field: L.OP_WIDE, at: wide, used: (USED / 32) * inputs * 128 },
    { field: L.OP_ROWS, at: rows, used: USED * rowBytes },
  ].filter(({ at }) => at > 0);
  // One area after the other can't end where memory ends, so each has its turn.
  let result: Float32Array | undefined;
  for (const { field, at, used } of places) {
    const pages = Math.ceil((placement.bytes + used) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    writeProgram(memory.buffer, placement, path);
    writeCosts({ kernels: undefined as never, module, memory, placement }, usualCosts);
    const end = memory.buffer.byteLength - used;
    new Uint8Array(memory.buffer).copyWithin(end, at, at + used);
    const op = placement.program + L.HEADER_BYTES + 2 * L.OP_BYTES;
    new DataView(memory.buffer).setUint32(op + field, end, true);
    if (network.inputs > MANY_INPUTS) new Int32Array(memory.buffer, op + L.OP_FLAGS, 1)[0]! |= L.FLAG_FAR;
    const kernels = await instantiateKernels(module, memory);
    new Float32Array(memory.buffer, placement.input, x.length).set(x);
    const batch = x.length / network.inputs;
    expect(kernels.run(placement.program, placement.scratch, placement.input, placement.output, batch)).toBe(
      -1,
    );
    const taken = new Int32Array(memory.buffer, placement.scratch + placement.taken, 3)[2]!;
    expect(paths[taken]).toBe(path);
    const outputs = new Float32Array(memory.buffer, placement.output, batch * OUTPUTS).slice();
    if (result) expect(outputs).toEqual(result);
    result = outputs;
  }
  return result!;
}

async function usual(network: Network, path: Path, x: Float32Array): Promise<Float32Array> {
  const { kernels, memory, placement } = await createMachine(checked(network), path, 1, L.CHUNK, false);
  new Float32Array(memory.buffer, placement.input, x.length).set(x);
  const batch = x.length / network.inputs;
  kernels.run(placement.program, placement.scratch, placement.input, placement.output, batch);
  return new Float32Array(memory.buffer, placement.output, batch * OUTPUTS).slice();
}

describe("weights of closed gates are not read: they could lie where there is no memory", () => {
  for (const block of [1, 8, 16, 32])
    for (const batch of [1, 2, 3, 5, 64])
      test(`gates of ${block}, ${batch} at a time`, async () => {
        const network = networkOf(block, block, batch === 5 ? MANY_INPUTS : INPUTS);
        const x = inputsOf(network, block, batch);
        for (const path of block === 1 ? (["gates"] as const) : (["gates", "inputs"] as const)) {
          const outputs = await runAtTheEnd(network, path, x);
          expect(outputs).toEqual(await usual(network, path, x));
          expect(outputs.some((y) => y !== 0)).toBe(true);
        }
      });

  test("and the dense path, which reads all, is stopped: the test can fail", async () => {
    const network = networkOf(8, 8);
    await expect(runAtTheEnd(network, "dense", inputsOf(network, 8, 4))).rejects.toThrow("out of bounds");
  });
});
