import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportModel, imageInput, type Model, type Tensor } from "@hardgrad/experiments";
import { type LinearLayer, loadRuntime, type Network } from "@hardgrad/runtime";
import { nn, numpy as np } from "@jax-js/jax";
import { type Child, startChild } from "../child.ts";
import { type Contestant, peers } from "../contestants.ts";
import { readTensors, type Tensors, writeTensors } from "../protocol.ts";
import { awaited, interleave, type Timer, timed } from "./interleave.ts";
import { turnsOf } from "./layers.ts";
import { SAME, stream } from "./networks.ts";
import type { NetworkPair } from "./pairs.ts";
import { agree } from "./random.ts";
import type { GatedBench } from "./results.ts";

const PATIENCE = 120;

/** The float twin in another runtime, on one thread. */
export interface Peer {
  readonly title: string;
  /** Its outputs for a batch, which is the one that is timed from then on. */
  load(x: Float32Array, examples: number): Promise<ArrayLike<number>>;
  readonly timer: Timer;
  close(): void;
}

/** The hard network in our runtime against its float twin in onnxruntime-node and PyTorch, where they are installed. */
export async function benchPeers(
  pairs: readonly NetworkPair[],
  names: readonly string[],
  python: string | undefined,
  bench: GatedBench,
): Promise<void> {
  const torch = names.includes("pytorch") ? peers(["pytorch"], python)[0] : undefined;
  if (torch?.missing !== undefined) bench.note(`PyTorch is left out: ${torch.missing}.`);
  for (const { networks, hard, float, x } of pairs) {
    const twin = await loadRuntime(networks.float);
    const work = await loadRuntime(networks.hard);
    const others = [
      ...(names.includes("onnxruntime") ? [() => onnxruntime(networks.float)] : []),
      ...(torch && torch.missing === undefined ? [() => pytorch(torch, networks.float)] : []),
    ];
    for (const start of others) {
      let peer: Peer;
      try {
        peer = await start();
      } catch (error) {
        bench.note(`a peer is left out: ${(error as Error).message.replace(/\.?$/, ".")}`);
        continue;
      }
      try {
        for (const examples of [1, 64]) {
          const batch = x.subarray(0, examples * 784);
          const outputs = await peer.load(batch, examples);
          const difference = agree(peer.title, outputs, twin.forward(batch), SAME);
          const pair = await interleave(peer.timer, timed(stream(work, x, examples)), {
            ...turnsOf(examples, bench),
            stretch: 8,
          });
          const what = `${hard} against ${float}`;
          bench.add({
            part: "peers",
            what,
            examples,
            base: `float, ${peer.title}`,
            work: "hard",
            difference,
            ...pair,
          });
        }
      } finally {
        peer.close();
      }
    }
  }
}

/** Layers without gates as arrays and a function: `w1, b1, w2, b2`, with a unit between them, then softmax. */
function plainLayers({ layers }: Network): {
  readonly tensors: { [name: string]: Tensor };
  readonly unit: string;
} {
  const tensors: { [name: string]: Tensor } = {};
  let inputs = 784;
  const linear = layers.filter((layer): layer is LinearLayer => layer.kind === "linear");
  if (linear.length !== layers.length - 1 || layers.at(-1)!.kind !== "softmax")
    throw new RangeError("the float twin must be of linear layers and a softmax.");
  for (const [i, { outputs, weight, bias }] of linear.entries()) {
    tensors[`w${i + 1}`] = { shape: [inputs, outputs], data: weight };
    tensors[`b${i + 1}`] = { shape: [outputs], data: bias ?? new Float32Array(outputs) };
    inputs = outputs;
  }
  const units = new Set(linear.slice(0, -1).map(({ unit }) => unit ?? "identity"));
  const [unit] = units;
  if (units.size !== 1 || (unit !== "relu" && unit !== "tanh"))
    throw new RangeError(`the float twin must have units relu or tanh, not ${[...units].join(", ")}.`);
  return { tensors, unit };
}

export async function onnxruntime(network: Network): Promise<Peer> {
  const { tensors, unit } = plainLayers(network);
  const depth = Object.keys(tensors).length / 2;
  const exported: Model = {
    doc: "",
    inputs: { image: imageInput({ height: 28, width: 28 }) },
    outputs: { probabilities: "" },
    fn: (params, { image }) => {
      let y = image!;
      for (let i = 1; i <= depth; i++) {
        y = np.matmul(y, params[`w${i}`]!).add(params[`b${i}`]!);
        if (i < depth) y = unit === "relu" ? nn.relu(y) : np.tanh(y);
      }
      return { probabilities: nn.softmax(y, -1) };
    },
  };
  const { bytes } = exportModel("network", exported, tensors, {});
  // A variable, so that the package stays an optional peer.
  const name = "onnxruntime-node";
  const ort = (await import(name)) as typeof import("onnxruntime-node");
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  let image = new ort.Tensor("float32", new Float32Array(784), [1, 784]);
  const run = async (): Promise<Float32Array> =>
    (await session.run({ image })).probabilities!.data as Float32Array;
  return {
    title: "onnxruntime-node",
    load(x, examples) {
      image = new ort.Tensor("float32", x.slice(), [examples, 784]);
      return run();
    },
    timer: awaited(run),
    close: () => void session.release(),
  };
}

export async function pytorch({ command, title }: Contestant, network: Network): Promise<Peer> {
  const { tensors, unit } = plainLayers(network);
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-bench-"));
  const child: Child = startChild(title, command!);
  const row = `mlp-${unit}`;
  return {
    title,
    async load(x, examples) {
      const all: Tensors = { ...tensors, images: { shape: [examples, 784], data: x.slice() } };
      const file = join(folder, "inputs.safetensors");
      writeTensors(file, all);
      await child.ask({ do: "load", row, file }, PATIENCE);
      const results = join(folder, "results.safetensors");
      await child.ask({ do: "check", row, file: results }, PATIENCE);
      return readTensors(results).probabilities!.data;
    },
    timer: async (calls) => {
      const { seconds, cpu } = await child.ask({ do: "time", row, steps: calls }, PATIENCE);
      return { wall: ((seconds as number) * 1e6) / calls, cpu: ((cpu as number) * 1e6) / calls };
    },
    close() {
      child.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
