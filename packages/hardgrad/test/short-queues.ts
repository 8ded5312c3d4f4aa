import { numpy as np } from "@jax-js/jax";

/**
 * For tests: jax-js 0.1.25 runs nothing before a value is read, and each array holds the set of all kernels that wait for
 * it. A chain of n operations makes n sets of up to n, which is most of the time of a long one. Here the kernels run after
 * every few operations; they are the same kernels.
 */
interface Trace {
  processPrimitive(primitive: string, inputs: unknown[], params: unknown): np.Array[];
}

/** After how many operations. */
export const queue = { length: 16 };

/** These make no kernel, but another view of an array. */
const views = ["reshape", "transpose", "broadcast", "flip", "shrink", "pad", "stop_gradient"];
/** Node 20 cannot read these: it has no Float16Array. */
const rare = ["float16", "float64"];

const array = np.zeros([]);
const eager: Trace = Object.getPrototypeOf((array as unknown as { readonly _trace: Trace })._trace);
array.dispose();
const { processPrimitive } = eager;
let waiting = 0;
eager.processPrimitive = function (primitive, inputs, params) {
  const outputs = processPrimitive.call(this, primitive, inputs, params);
  if (views.includes(primitive) || ++waiting < queue.length) return outputs;
  waiting = 0;
  for (const output of outputs)
    if (output.device === "wasm" && !rare.includes(output.dtype)) output.ref.dataSync();
  return outputs;
};
