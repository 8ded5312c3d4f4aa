import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical } from "hardgrad";
import type { Row } from "./row.ts";
import { type TrainingSpec, trainingRow } from "./training.ts";

/** `encoder.w1, encoder.b1, ..., decoder.b1`: the layers of a VAE with so many on each side. */
const layersOf = (count: number): string[] =>
  ["encoder", "decoder"].flatMap((part) =>
    Array.from({ length: count }, (_, i) => [`${part}.w${i + 1}`, `${part}.b${i + 1}`]).flat(),
  );

const shared = {
  experiment: "vae",
  pixel: (grey: number) => grey / 255,
} as const;

const bernoulliVae: Row = trainingRow({
  ...shared,
  id: "bernoulli-vae",
  title: "Bernoulli VAE step, 784-200-200-200-784, straight-through, Adam",
  peers: ["pytorch", "tensorflow-js"],
  estimator: { id: "straight-through-sigmoid", options: {} },
  settings: { latents: "bernoulli", variables: 200, hidden: "200", batch: 100, learningRate: 5e-4 },
  parameters: layersOf(2),
  distribution: () => bernoulli(np.zeros([100, 200])),
});

const categoricalVae = (
  id: string,
  what: string,
  estimator: TrainingSpec["estimator"],
  more: Pick<TrainingSpec, "enlarged"> = {},
): Row =>
  trainingRow({
    ...shared,
    ...more,
    id,
    title: `8x4 VAE step, 784-512-256-32, ${what}, Adam`,
    peers: ["pytorch"],
    estimator,
    settings: { variables: 4, categories: 8, hidden: "512-256", batch: 100, learningRate: 5e-4 },
    parameters: layersOf(3),
    distribution: () => categorical(np.zeros([100, 4, 8])),
  });

export const vaeRows: readonly Row[] = [
  bernoulliVae,
  categoricalVae("vae-reinmax", "ReinMax", { id: "reinmax", options: { temperature: 1.3 } }),
  categoricalVae("vae-gumbel-rao", "Gumbel-Rao with K = 100", {
    id: "gumbel-rao",
    options: { samples: 100, temperature: 0.5 },
  }),
  categoricalVae(
    "vae-rloo",
    "RLOO with K = 4",
    { id: "rloo", options: { samples: 4 } },
    // RLOO uses differences of losses, which a fresh decoder makes smaller than float32's rounding of the losses.
    { enlarged: { name: "decoder.w1", factor: 100 } },
  ),
];
