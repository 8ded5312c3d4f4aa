import { numpy as np, random, tree } from "@jax-js/jax";
import {
  type CodebookState,
  frozenCodes,
  moveCodebook,
  moveCounts,
  type NamedArrays,
  replaceDeadCodes,
  simVqCodebook,
  type UpdateRule,
} from "hardgrad";
import { fanInUniform } from "../../nn/layers.ts";
import type { VaeSettings } from "./options.ts";

/**
 * The codebook of --latents vq among the parameters: `codebook.vectors`, or `codebook.frozen` and `codebook.weights` of
 * SimVQ; `codebook.count` and `codebook.sum`, what is remembered of the vectors that chose each codeword.
 */

/** Before the first step. Consumes the key. */
export function initialCodebook(key: np.Array, settings: VaeSettings): NamedArrays {
  const { codes, dimensions, method } = settings;
  if (method === "simvq") {
    const [forCodes, forWeights] = np.split(random.split(key, 2), 2, 0).map((k) => k.reshape([2]));
    return {
      "codebook.frozen": frozenCodes(forCodes!, codes, dimensions),
      "codebook.weights": fanInUniform(forWeights!, [dimensions, dimensions], dimensions),
    };
  }
  const vectors = random.normal(key, [codes, dimensions]).mul(settings.codebookScale);
  const counted = { "codebook.vectors": vectors, "codebook.count": np.ones([codes]) };
  return settings.codebookUpdate === "gradient" ? counted : { ...counted, "codebook.sum": vectors.ref };
}

/** `[codes, dimensions]`. Keeps the parameters. */
export function codebookOf(params: NamedArrays, settings: VaeSettings): np.Array {
  if (settings.method === "simvq")
    return simVqCodebook(params["codebook.frozen"]!.ref, params["codebook.weights"]!.ref);
  return params["codebook.vectors"]!.ref;
}

/** Parameters that no gradient changes. */
function unlearned(settings: VaeSettings): string[] {
  const always = ["codebook.frozen", "codebook.count", "codebook.sum"];
  return settings.codebookUpdate === "moving-average" ? [...always, "codebook.vectors"] : always;
}

/** The optimizer, which leaves alone what no gradient changes: weight decay would shrink it. */
export function learning(rule: UpdateRule, settings: VaeSettings): UpdateRule {
  const names = unlearned(settings);
  const parted = (arrays: NamedArrays, out: boolean): NamedArrays =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => names.includes(name) === out));
  return {
    init: (params) => rule.init(parted(params, false)),
    update: (gradients, state, params, learningRate) => {
      tree.dispose(parted(gradients, true));
      const next = rule.update(parted(gradients, false), state, parted(params, false), learningRate);
      return { params: { ...next.params, ...parted(params, true) }, state: next.state };
    },
  };
}

/** The codebook after a step that saw `vectors` with these `indices`. Consumes all. */
export function followed(params: NamedArrays, seen: NamedArrays, settings: VaeSettings): NamedArrays {
  const { vectors, indices, key } = seen as { [name in "vectors" | "indices" | "key"]: np.Array };
  const { decay, deadBelow, codes } = settings;
  const {
    "codebook.vectors": codebook,
    "codebook.count": count,
    "codebook.sum": sum,
    ...others
  } = params as { [name: string]: np.Array };
  const equal = vectors.size / settings.dimensions / codes;
  const moved: CodebookState = sum
    ? moveCodebook({ codebook: codebook!, count: count!, sum }, vectors.ref, indices, { decay })
    : { codebook: codebook!, count: moveCounts(count!, indices, decay) };
  const { state, replaced } = replaceDeadCodes(moved, vectors, key, deadBelow * equal);
  replaced.dispose();
  return {
    ...others,
    "codebook.vectors": state.codebook,
    "codebook.count": state.count,
    ...(state.sum && { "codebook.sum": state.sum }),
  };
}
