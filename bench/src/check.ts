import type { Tensors } from "./protocol.ts";

/**
 * The largest error of any result against the reference, relative to that result's size: the norm of the difference over
 * the norm. Also names that result.
 *
 * @throws Error for a result that is missing or of another shape.
 */
export function compareResults(results: Tensors, reference: Tensors): { error: number; worst: string } {
  let found = { error: 0, worst: "" };
  for (const [name, expected] of Object.entries(reference)) {
    const actual = results[name];
    if (!actual) throw new Error(`the result ${name} is missing`);
    if (actual.shape.join() !== expected.shape.join())
      throw new Error(`the result ${name} has shape [${actual.shape}], not [${expected.shape}]`);
    let difference = 0;
    let size = 0;
    expected.data.forEach((value, i) => {
      difference += (actual.data[i]! - value) ** 2;
      size += value ** 2;
    });
    // A result that is zero throughout is compared as it is.
    const error = Math.sqrt(difference) / (size > 0 ? Math.sqrt(size) : 1);
    if (!Number.isFinite(error)) return { error: Number.POSITIVE_INFINITY, worst: name };
    if (error > found.error) found = { error, worst: name };
  }
  return found;
}
