// Residual quantizers: each of 3 codebooks codes what those before it left over. K-means start; padding counts nowhere.
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import * as codes from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const e = random.normal(random.key(1), [16, 20, 4]); // [batch, tokens, d], in place of an encoder
const real = np.less(np.arange(20), 18).astype(np.float32); // the last two tokens are padding
const weights = np.ones([16, 1]).mul(real);

/** What each codebook is given and chooses; the sum of the codewords; what is left. Keeps e and the codebooks. */
function residual(/** @type {np.Array[]} */ books) {
  let [left, q] = [e.ref, np.zeros(e.shape)];
  const stages = books.map((book) => {
    const [given, indices] = [left.ref, codes.nearestCode(left.ref, book.ref)];
    const code = codes.codeVectors(book.ref, indices.ref);
    [left, q] = [left.sub(code.ref), q.add(code)];
    return { given, indices };
  });
  return { stages, q, left };
}
const states = /** @type {codes.CodebookState[]} */ ([]);
const books = () => states.map((state) => state.codebook);
for (let n = 0; n < 3; n++) {
  const { left } = residual(books());
  const first = codes.kMeansCodebook(left, 16, random.key(2 + n), { weights: weights.ref });
  states.push(codes.startMovingCodebook(first));
}
for (let i = 0; i < 20; i++)
  for (const [n, { given, indices }] of residual(books()).stages.entries())
    states[n] = codes.moveCodebook(states[n], given, indices, { decay: 0.8, weights: weights.ref });

const { stages, q } = residual(books());
const y = codes.straightThroughCode(e.ref, q); // to the decoder: exactly the sum; its gradient goes to e
const errors = np.mean(np.square(y.sub(e)), -1).mul(weights.ref);
console.log("mean square error", np.sum(errors).div(16 * 18).item().toFixed(3)); // biome-ignore format: one thought
for (const { indices } of stages)
  console.log(codes.codebookUse(codes.countCodes(indices, 16, { weights: weights.ref }).dataSync()));
