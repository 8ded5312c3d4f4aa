import { numpy as np, tree } from "@jax-js/jax";
import { type NamedArrays, sigmoid, slopeSchedule } from "hardgrad";
import { exampleSize } from "../../contract/dataset.ts";
import type { StepExperiment, StepInputs } from "../../contract/experiment.ts";
import { imageInput, keyInput, type Models } from "../../contract/models.ts";
import { annealedTemperature } from "../../nn/temperature-options.ts";
import { optimizerOf } from "../../nn/training-options.ts";
import { check } from "./check.ts";
import { halves, losses, sampleLoss, startStates } from "./losses.ts";
import { drawnLowerHalf, initialParams } from "./network.ts";
import { options, type SbnSettings } from "./options.ts";
import { evaluate, headline, metrics, pictures } from "./report.ts";

const slopeOf = ({ slopeGrowth: growth, slopeCap: cap }: SbnSettings) => slopeSchedule({ growth, cap });

/**
 * Structured prediction by a stochastic feed-forward network (Raiko et al. 2015; Jang, Gu & Poole 2017): the lower half of
 * an image from its upper half, through two layers of sampled units.
 */
export const sbn: StepExperiment<typeof options> = {
  name: "sbn",
  title: "Lower half of an image from its upper half",
  about:
    "A network with two layers of sampled units learns the distribution of the lower half of an image, given the upper half. Both layers learn through the estimator.",
  options,
  recommended: () => ({ settings: {}, options: {} }),
  compared: [
    "straight-through-sigmoid",
    "gumbel-softmax",
    "straight-through-gumbel-softmax",
    "reinmax",
    "muprop",
    "nvil",
  ],
  check,
  init: initialParams,
  estimatorState: startStates,
  losses,
  optimizer: optimizerOf,
  schedules: (moment, settings) => ({
    learningRate: settings.learningRate,
    slope: slopeOf(settings).at(moment.epoch),
    ...annealedTemperature(moment, settings),
  }),
  estimated: () => ({ parameters: ["w1", "b1", "w2", "b2"] }),
  evaluations: {
    loss: (params, inputs, settings) => ({ loss: sampleLoss(params, inputs as StepInputs, settings) }),
    complete: (params, inputs, settings) => ({ pixels: complete(params, inputs as StepInputs, settings) }),
  },
  evaluate,
  headline,
  metrics,
  pictures,
  card: (settings, { shape }) => {
    const half = exampleSize(shape) / 2;
    const { latents, variables, categories } = settings;
    const width = latents === "categorical" ? `(${variables} x ${categories})` : variables;
    return {
      description: `A ${half} - ${width} - ${width} - ${half} network of sampled ${latents} units that completes an image: the lower half from the upper half.`,
      use: `\`checkpoint.safetensors\` holds \`params.wI\` and \`params.bI\` of the three layers I: pixels are 1 where \`grey/255 > 0.5\`, else 0; logits of a layer of units are \`slope (x w + b)\`, those of the lower half \`h w3 + b3\`. The other tensors are for resuming.`,
      task: "unconditional-image-generation",
      tags: ["structured-prediction", "discrete-latents"],
    };
  },
  models: (settings, form, epoch): Models => ({
    completer: {
      doc: "From an image, of which the upper half is used, to the image with a lower half that the network adds.",
      inputs: { image: imageInput(form.shape), key: keyInput },
      outputs: {
        image: "Upper half: 0 or 1; lower half: probabilities of 1, given a sample of both layers.",
      },
      fn: (params, { image, key }) => {
        const slope = np.array(slopeOf(settings).at(epoch));
        const inputs = { images: image!.mul(255), labels: np.zeros([1]), key: key!, slope };
        return { image: complete(params, inputs, settings) };
      },
    },
  }),
};

/** The upper half of each image, and the probabilities of a lower half for one sample. Consumes everything. */
function complete(
  params: NamedArrays,
  { slope, key, ...images }: StepInputs,
  settings: SbnSettings,
): np.Array {
  const { upper, lower } = halves(images as StepInputs);
  lower.dispose();
  const logits = drawnLowerHalf(params, upper.ref, slope!, key, settings);
  tree.dispose([params, slope]);
  return np.concatenate([upper, sigmoid(logits)], 1);
}
