import {
  branch,
  branchIf,
  type Code,
  control,
  f32x4,
  float,
  get,
  i32,
  int,
  moduleOf,
  type Node,
  set,
  type,
  type Value,
  v128,
} from "@hardgrad/onnx/graph";

/** What a kernel can compute: each result is rounded as the operator of ONNX rounds it. */
export const operators: { readonly [op: string]: readonly Code[] | undefined } = {
  Add: [f32x4.add],
  Sub: [f32x4.sub],
  Mul: [f32x4.mul],
  Div: [f32x4.div],
  Min: [f32x4.min],
  Max: [f32x4.max],
  Sqrt: [f32x4.sqrt],
  Abs: [f32x4.abs],
  Neg: [f32x4.neg],
};

/**
 * A loop over arrays of equal length, four elements at a time. All arrays are read before any is written.
 *
 * @param targets where each result goes: one of the arrays.
 */
export function assembleKernel(
  nodes: readonly Node[],
  arrays: readonly Value[],
  scalars: readonly Value[],
  results: readonly Value[],
  targets: ReadonlyMap<Value, Value>,
): Uint8Array<ArrayBuffer> {
  const bytes = 0;
  const address = (x: Value): number => 1 + arrays.indexOf(x);
  const parameter = (x: Value): number => 1 + arrays.length + scalars.indexOf(x);
  const done = 1 + arrays.length + scalars.length;
  const locals = new Map<Value, number>();
  const local = (x: Value): number => {
    const known = locals.get(x) ?? done + 1 + locals.size;
    locals.set(x, known);
    return known;
  };
  const operands = new Set(nodes.flatMap((node) => node.inputs));
  const code: number[] = [];
  const emit = (...parts: Code[]): void => {
    for (const part of parts) code.push(...part);
  };
  for (const x of scalars) emit(get(parameter(x)), v128.splatFloat, set(local(x)));
  for (const x of operands) if (x.data?.length === 1) emit(float(x.data[0]!), v128.splatFloat, set(local(x)));
  emit(control.block, control.loop, get(done), get(bytes), i32.atLeast, branchIf(1));
  for (const x of arrays) if (operands.has(x)) emit(get(address(x)), v128.load, set(local(x)));
  for (const node of nodes) {
    for (const x of node.inputs) emit(get(local(x)));
    emit(...operators[node.op]!, set(local(node.outputs[0]!)));
  }
  for (const x of results) emit(get(address(targets.get(x)!)), get(local(x)), v128.store);
  for (const x of arrays) emit(get(address(x)), int(16), i32.add, set(address(x)));
  emit(get(done), int(16), i32.add, set(done), branch(0), control.end, control.end);
  const parameters = [type.i32, ...arrays.map(() => type.i32), ...scalars.map(() => type.f32)];
  return moduleOf(
    parameters,
    [
      [1, type.i32],
      [locals.size, type.v128],
    ],
    code,
  );
}
