import { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { HostArray, HostArrays } from "../contract/backend.ts";

/** Resident arrays are named `group.name`: `params.w1`, `optimizer.w1.m`, `estimator.x`, `run.total`. */

/** The arrays of one group, by their own names. */
export function groupOf(arrays: NamedArrays, group: string): NamedArrays {
  const prefix = `${group}.`;
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}

/** Groups as resident arrays. */
export function named(groups: { readonly [group: string]: NamedArrays }): NamedArrays {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([group, arrays]) =>
      Object.entries(arrays).map(([name, array]) => [`${group}.${name}`, array] as const),
    ),
  );
}

/** Arrays copied to the host. Consumes them. */
export async function toHost(arrays: NamedArrays): Promise<{ [name: string]: HostArray }> {
  const host: { [name: string]: HostArray } = {};
  for (const [name, array] of Object.entries(arrays))
    host[name] = { shape: array.shape, data: (await array.data()) as HostArray["data"] };
  return host;
}

/** A plain array on the default device. */
export function fromHost({ shape, data }: HostArray): np.Array {
  return np.array(data instanceof Uint8Array ? new Float32Array(data) : data, { shape: [...shape] });
}

/** Plain arrays on the default device. */
export function toDevice(arrays: HostArrays): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, fromHost(array)]));
}

export function scalar(value: number): HostArray {
  return { shape: [], data: Float32Array.of(value) };
}

export function scalars(values: { readonly [name: string]: number }): HostArrays {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, scalar(value)]));
}
