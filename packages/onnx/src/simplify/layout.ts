import { made } from "../ir/match.ts";
import { on, type Rule } from "../ir/rewrite.ts";
import { sameShape } from "../ir/types.ts";

/** Reshapes and transposes in a row become one; those that do nothing go. */
export const mergedLayout: Rule = on(["Reshape", "Transpose"], (node, { b, at }) => {
  const out = node.outputs[0]!;
  const x = node.inputs[0]!;
  if (node.op === "Reshape") {
    if (sameShape(x.shape, out.shape)) return at(x);
    const inner = made(x, "Reshape");
    if (inner) return b.reshape(at(inner.inputs[0]!), out.shape);
  }
  if (node.op === "Transpose") {
    const perm = node.attributes.perm as readonly number[];
    // Only ones move: the elements keep their order.
    const long = perm.filter((axis) => x.shape[axis] !== 1);
    if (long.every((axis, i) => i === 0 || long[i - 1]! < axis)) return b.reshape(at(x), out.shape);
    const inner = made(x, "Transpose");
    if (inner) {
      const first = inner.attributes.perm as readonly number[];
      return b.transpose(
        at(inner.inputs[0]!),
        perm.map((axis) => first[axis]!),
      );
    }
  }
  return undefined;
});

/**
 * A reshape that only adds or drops axes of length 1 goes before a transpose, so that transposes meet and matrix
 * products can take them up.
 */
export const unitReshapeFirst: Rule = on(["Reshape"], (node, { b, at, uses }) => {
  const x = node.inputs[0]!;
  const inner = made(x, "Transpose");
  const shape = node.outputs[0]!.shape;
  if (!inner || uses(x) > 1 || !sameShape(long(x.shape), long(shape))) return undefined;
  const source = inner.inputs[0]!;
  const perm = inner.attributes.perm as readonly number[];
  // The long axes of the source, in the order in which the result wants them; ones come last.
  const order = perm.filter((axis) => source.shape[axis] !== 1);
  const squeezed = [...order].sort((p, q) => p - q);
  const ones = shape.length - order.length;
  const first = b.reshape(at(source), [
    ...squeezed.map((axis) => source.shape[axis]!),
    ...Array<number>(ones).fill(1),
  ]);
  let [nextLong, nextOne] = [0, order.length];
  return b.transpose(
    first,
    shape.map((d) => (d === 1 ? nextOne++ : squeezed.indexOf(order[nextLong++]!))),
  );
});

const long = (shape: readonly number[]): number[] => shape.filter((d) => d !== 1);
