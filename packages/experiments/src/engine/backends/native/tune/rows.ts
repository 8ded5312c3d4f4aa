import { type Builder, bothWays, type Rule, size, type Value } from "@hardgrad/onnx/graph";

/**
 * onnxruntime handles one row after the other where a column is broadcast along them, or where they are normalised:
 * ten nanoseconds a row, which for short rows is most of the time. Products with ones do the same for all rows at once.
 */
const LONGEST_ROW = 32;
const FEWEST_ROWS = 1000;

const hasShortRows = ({ shape, dtype }: Value): boolean => {
  const width = shape.at(-1) ?? 1;
  return dtype === "float32" && width > 1 && width <= LONGEST_ROW && size(shape) >= FEWEST_ROWS * width;
};

const ones = (b: Builder, rows: number, columns: number): Value =>
  b.constant("float32", [rows, columns], new Float32Array(rows * columns).fill(1));

/** A column `[..., 1]` as rows of equal entries. */
function spread(b: Builder, column: Value, width: number): Value {
  const product = b.emit("MatMul", [b.reshape(column, [size(column.shape), 1]), ones(b, 1, width)]);
  return b.reshape(product, [...column.shape.slice(0, -1), width]);
}

const broadcasting = ["Add", "Sub", "Mul", "Div", "Max", "Min", "Where"];

/** A column that is broadcast along short rows is spread first. */
export const spreadColumns: Rule = (node, { b, at }) => {
  const out = node.outputs[0]!;
  if (!broadcasting.includes(node.op) || !hasShortRows(out)) return undefined;
  const width = out.shape.at(-1)!;
  const isColumn = (x: Value): boolean =>
    x.dtype === "float32" && !x.data && x.shape.at(-1) === 1 && size(x.shape) > 1;
  if (!node.inputs.some(isColumn)) return undefined;
  const operands = node.inputs.map((x) => (isColumn(x) ? spread(b, at(x), width) : at(x)));
  return b.emit(node.op, operands, node.attributes);
};

/** A column times a row: one entry of each makes one of the result, as in a product of matrices. */
export const outerProduct: Rule = (node, { b, at }) => {
  const out = node.outputs[0]!;
  if (node.op !== "Mul" || !hasShortRows(out)) return undefined;
  const width = out.shape.at(-1)!;
  for (const [column, row] of bothWays(node)) {
    const whole = size(column.shape) * width === size(out.shape) && column.shape.at(-1) === 1;
    if (!whole || size(row.shape) !== width || row.shape.at(-1) !== width) continue;
    const flat = [b.reshape(at(column), [size(column.shape), 1]), b.reshape(at(row), [1, width])];
    return b.reshape(b.emit("MatMul", flat), out.shape);
  }
  return undefined;
};

/** The softmax of short rows, of which sums come spread by a product with a square of ones. */
export const softmaxOfRows: Rule = (node, { b, at }) => {
  const out = node.outputs[0]!;
  const { axis } = node.attributes;
  const last = out.shape.length - 1;
  if (node.op !== "Softmax" || (axis !== last && axis !== -1) || !hasShortRows(out)) return undefined;
  const width = out.shape[last]!;
  const x = at(node.inputs[0]!);
  const largest = b.emit("ReduceMax", [x], { axes: [last], keepdims: 1 });
  const powers = b.emit("Exp", [b.emit("Sub", [x, spread(b, largest, width)])]);
  const flat = b.reshape(powers, [size(out.shape) / width, width]);
  const sums = b.emit("MatMul", [flat, ones(b, width, width)]);
  return b.emit("Div", [powers, b.reshape(sums, out.shape)]);
};
