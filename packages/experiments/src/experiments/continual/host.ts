import type { NamedArrays } from "hardgrad";
import type { HostArray, HostArrays } from "../../contract/backend.ts";
import { fromHost, toHost } from "../../engine/arrays.ts";

/** Runs a jax-js function at once on plain arrays: for what happens between tasks. */
export async function compute(
  arrays: HostArrays,
  fn: (arrays: NamedArrays) => NamedArrays,
): Promise<HostArrays> {
  const inputs = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, fromHost(array)]));
  return toHost(fn(inputs));
}

export function constantArray(shape: readonly number[], value: number): HostArray {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) };
}

/** Row `index` of a matrix, or the matrix with it replaced. */
export function rowOf({ shape, data }: HostArray, index: number): HostArray {
  const width = shape[1]!;
  return { shape: [width], data: Float32Array.from(data.subarray(index * width, (index + 1) * width)) };
}

export function withRow(matrix: HostArray, index: number, row: HostArray): HostArray {
  const data = Float32Array.from(matrix.data);
  data.set(row.data, index * matrix.shape[1]!);
  return { shape: matrix.shape, data };
}

/** Zeros but for the columns from `first` to before `end`. */
export function columns(shape: readonly number[], first: number, end: number): HostArray {
  const array = constantArray(shape, 0);
  const width = shape.at(-1)!;
  for (let i = 0; i < array.data.length; i++) if (i % width >= first && i % width < end) array.data[i] = 1;
  return array;
}

/** Entries where the mask is not 0, else 0. */
export function selected(values: HostArray, mask: HostArray): HostArray {
  const data = Float32Array.from(values.data, (v, i) => (mask.data[i % mask.data.length]! > 0 ? v : 0));
  return { shape: values.shape, data };
}

/**
 * Which tasks use a weight, as one number per weight: bit t for task t. Exact in float32 up to 24 tasks, and so one array
 * in a checkpoint holds the masks of all.
 */
export function addUser(users: HostArray, task: number, mask: HostArray): HostArray {
  const data = Float32Array.from(users.data, (v, i) => v + (mask.data[i]! > 0 ? 2 ** task : 0));
  return { shape: users.shape, data };
}

/** The mask of one task, from `addUser`. */
export function usersMask({ shape, data }: HostArray, task: number): HostArray {
  return { shape, data: Float32Array.from(data, (v) => Math.floor(v / 2 ** task) % 2) };
}

/** 1 where no task uses a weight. */
export function unused({ shape, data }: HostArray): HostArray {
  return { shape, data: Float32Array.from(data, (v) => (v === 0 ? 1 : 0)) };
}

/** Mean of the entries. */
export function share({ data }: HostArray): number {
  return data.length === 0 ? 0 : (data as Float32Array).reduce((a, b) => a + b, 0) / data.length;
}
