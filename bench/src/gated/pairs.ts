import { UsageError } from "@hardgrad/cli/internal/ask/errors";
import { loadDataset } from "@hardgrad/cli/internal/data/datasets";
import { datasetOf } from "@hardgrad/cli/internal/data/progress";
import { networkOfRun } from "@hardgrad/cli/internal/export/network";
import { savedRun } from "@hardgrad/cli/internal/run-folder/saved-run";
import type { RunConfig, Split } from "@hardgrad/experiments";
import { type Layer, loadRuntime, type Network, type Runtime } from "@hardgrad/runtime";
import { floats, signedUniform } from "./random.ts";
import type { PairResult } from "./results.ts";

/** A hard network and its float twin, and images to run them on. */
export interface NetworkPair extends PairResult {
  readonly networks: { readonly hard: Network; readonly float: Network };
  /** `[IMAGES * 784]` grey values in [0, 1]. */
  readonly x: Float32Array;
}

const IMAGES = 1024;

/** The pairs that `--pairs HARD=FLOAT,...` names; or one of random weights, in the sizes of network `fast`. */
export async function pairsOf(text: string | undefined): Promise<NetworkPair[]> {
  if (text === undefined) return [await randomPair()];
  const pairs: NetworkPair[] = [];
  for (const item of text.split(",")) {
    const [hard, float, ...more] = item.split("=");
    if (!hard || !float || more.length > 0)
      throw new UsageError(
        `--pairs ${item} must be two runs with "=" between them, the hard one first, such as runs/fast=runs/dense.`,
      );
    pairs.push(await trainedPair(hard, float));
  }
  return pairs;
}

function runOf(path: string): { readonly config: RunConfig; readonly network: Network } {
  const run = savedRun(path, "cannot run");
  return { config: run.checkpoint.config, network: networkOfRun(run) };
}

async function trainedPair(hardRun: string, floatRun: string): Promise<NetworkPair> {
  const hard = runOf(hardRun);
  const float = runOf(floatRun);
  if (hard.config.data !== float.config.data)
    throw new UsageError(
      `--pairs: ${hardRun} is of ${hard.config.data} and ${floatRun} of ${float.config.data}; give two runs of the same data.`,
    );
  const { test } = await datasetOf(hard.config, true);
  const [hardRuntime, floatRuntime] = [await loadRuntime(hard.network), await loadRuntime(float.network)];
  return {
    ...named(hard.network, float.network),
    trained: true,
    accuracy: { hard: accuracyOf(hardRuntime, test), float: accuracyOf(floatRuntime, test) },
    images: `test images of ${hard.config.data}`,
    rate: rateOf(hardRuntime, greyOf(test, Math.min(test.count, 10_000))),
    x: greyOf(test, IMAGES),
  };
}

async function randomPair(): Promise<NetworkPair> {
  const random = signedUniform(17);
  const [units, block, gater] = [2000, 16, 32];
  const gates = units / block;
  const hidden = {
    outputs: units,
    weight: floats(784 * units, random).map((v) => v / 28),
    bias: floats(units, random),
    unit: "relu",
  } as const;
  const head: Layer[] = [
    { kind: "linear", outputs: 10, weight: floats(units * 10, random).map((v) => v / 28) },
    { kind: "softmax" },
  ];
  const hard: Network = {
    inputs: 784,
    layers: [
      { kind: "linear", outputs: gater, weight: floats(784 * gater, random), unit: "tanh" },
      { kind: "linear", outputs: gates, weight: floats(gater * gates, random) },
      { kind: "gate", open: { top: Math.round(gates / 10) } },
      { kind: "gated", input: 0, gates: 3, block, ...hidden },
      ...head,
    ],
  };
  const float: Network = { inputs: 784, layers: [{ kind: "linear", ...hidden }, ...head] };
  const { test } = await loadDataset("drawn", { train: 1, test: IMAGES });
  const x = greyOf(test, IMAGES);
  const rate = rateOf(await loadRuntime(hard), x);
  return { ...named(hard, float), trained: false, accuracy: null, images: "drawn digits", rate, x };
}

function named(hard: Network, float: Network): Pick<NetworkPair, "hard" | "float" | "networks"> {
  return { hard: titleOf(hard), float: titleOf(float), networks: { hard, float } };
}

/** A network in a few words: sizes, and what is hard in it. */
export function titleOf({ inputs, layers }: Network): string {
  const sizes = layers.flatMap((layer, i) =>
    "outputs" in layer && !feedsGates(layers, i) ? [layer.outputs] : [],
  );
  const gated = layers.find((layer) => layer.kind === "gated");
  const gater = layers[0] as { readonly outputs: number };
  const gates = gated
    ? `, ${Math.ceil(gated.outputs / gated.block)} gates of ${gated.block === 1 ? "1 unit" : `${gated.block} units`}, gater ${gater.outputs}`
    : "";
  const bits = layers.filter((layer) => layer.kind === "bits").length;
  const steps = layers.filter((layer) => "unit" in layer && layer.unit === "step").length;
  const binary = bits > 0 ? `, ${bits} bit layers` : steps > 0 ? ", hidden units 0 or 1" : "";
  return `${[inputs, ...sizes].join("-")}${gates}${binary}`;
}

/** The gater's layers come before the gated one, which reads the network's input. */
const feedsGates = (layers: readonly Layer[], i: number): boolean =>
  i < layers.findIndex((layer) => layer.kind === "gated" && layer.input === 0);

const rateOf = (runtime: Runtime, x: Float32Array): number | null =>
  runtime.explain(x).find(({ rate }) => rate !== undefined)?.rate ?? null;

/** The first images, again from the first where there are too few. */
function greyOf({ images, count }: Split, wanted: number): Float32Array {
  return Float32Array.from({ length: wanted * 784 }, (_, i) => images[i % (count * 784)]! / 255);
}

function accuracyOf(runtime: Runtime, split: Split): number {
  let right = 0;
  for (let from = 0; from < split.count; from += IMAGES) {
    const count = Math.min(IMAGES, split.count - from);
    const x = Float32Array.from(split.images.subarray(from * 784, (from + count) * 784), (v) => v / 255);
    const outputs = runtime.forward(x);
    const classes = runtime.outputs;
    for (let n = 0; n < count; n++) {
      const own = outputs.subarray(n * classes, (n + 1) * classes);
      if (own.indexOf(Math.max(...own)) === split.labels[from + n]) right++;
    }
  }
  return right / split.count;
}
