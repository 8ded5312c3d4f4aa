import { numpy as np, random } from "@jax-js/jax";
import { pullback } from "../../gradients.ts";
import { detach, linearMapGradient, zeroWithGradient } from "../../surrogate.ts";

/**
 * Which wires the inputs of logic gates may read: balanced, so that each wire is read equally often (give or take one lap),
 * and all wires of a gate are different ones. Gates are dealt over random permutations of the wires, lap by lap.
 *
 * @param key consumed.
 * @param wires how many there are to read.
 * @param candidates of each of a gate's two inputs: 1 for fixed wiring. Twice as many as this must be there.
 * @returns `[2, gates, candidates]`, int32: first and second inputs.
 * @throws RangeError for fewer wires than a gate reads.
 * @example
 * const wires = balancedWires(key, 6, 4, 1); // for four gates
 */
export function balancedWires(key: np.Array, wires: number, gates: number, candidates: number): np.Array {
  const reads = 2 * candidates;
  if (wires < reads)
    throw new RangeError(
      `balancedWires: a gate reads ${reads} different wires, but there are ${wires}; use fewer candidates.`,
    );
  const laps = Math.ceil(gates / wires);
  const orders = np.argsort(random.uniform(key, [laps, wires]), -1).astype(np.int32);
  const stride = Math.floor(wires / reads);
  const places = new Int32Array(reads * gates);
  for (let read = 0; read < reads; read++)
    for (let gate = 0; gate < gates; gate++) {
      const lap = Math.floor(gate / wires);
      const side = read % 2;
      const at = (side * gates + gate) * candidates + (read >> 1);
      places[at] = lap * wires + (((gate % wires) + read * stride) % wires);
    }
  const picked = orders.reshape([laps * wires]).slice(np.array(places, { dtype: np.int32 }));
  return picked.reshape([2, gates, candidates]);
}

/**
 * The inverse of a wiring: which reads each wire has, as positions in the flat list of them, padded with their number.
 *
 * @param read the wire that each read is of, in order.
 * @param wires how many there are.
 * @returns `[wires, most]`, int32, most the largest number of reads of a wire.
 * @example
 * const uses = wireUses([2, 0, 2], 3); // [[1, 3], [3, 3], [0, 2]]
 */
export function wireUses(read: ArrayLike<number>, wires: number): np.Array {
  const lists: number[][] = Array.from({ length: wires }, () => []);
  for (let i = 0; i < read.length; i++) lists[read[i]!]!.push(i);
  const most = lists.reduce((m, list) => Math.max(m, list.length), 1);
  const flat = lists.flatMap((list) => [...list, ...Array<number>(most - list.length).fill(read.length)]);
  return np.array(Int32Array.from(flat), { dtype: np.int32 }).reshape([wires, most]);
}

/**
 * Reads wires: row i of the result is row `read[i]` of x. The gradient gathers, for each wire, the rows of its reads, and
 * scatters nothing.
 *
 * @param x `[wires, batch]`. Consumed.
 * @param read `[reads]`, int32, and its inverse by wireUses. Consumed.
 * @returns `[reads, batch]`.
 * @example
 * const read = np.array([2, 0, 2], { dtype: np.int32 });
 * const y = readWires(np.ones([3, 5]), read, wireUses([2, 0, 2], 3));
 */
export function readWires(x: np.Array, read: np.Array, uses: np.Array): np.Array {
  const reads = read.shape[0]!;
  const batch = x.shape[1]!;
  const most = uses.shape[1]!;
  const columns = np.split(uses, most, 1) as np.Array[];
  // What sends a wire's change to its reads is the transpose of gathering them; its own transpose is that gathering.
  const sent = (v: np.Array): np.Array => {
    const parts = columns.map((column) => {
      const { value, backward } = pullback(
        (rows: np.Array) => np.concatenate([rows, np.zeros([1, batch])]).slice(column.reshape([-1])),
        np.zeros([reads, batch]),
      );
      value.dispose();
      return backward(v.ref);
    });
    v.dispose();
    return parts.reduce((sum, part) => sum.add(part));
  };
  const value = detach(x.ref).slice(read);
  return linearMapGradient(value, x, sent);
}

/**
 * Reads, for each input of a gate, the wire that was chosen among its candidates: `sum_c choice_c x[candidate_c]`. Where the
 * choice is hard only the chosen row is read forward; the choice's gradient is that of all candidates either way.
 *
 * @param x `[wires, batch]`. Consumed.
 * @param candidates `[inputs, k]`, int32. Consumed.
 * @param choice `[inputs, k]`: a sample of `categorical(logits)` with its gradient. Consumed.
 * @param hard whether the choice is one-hot.
 * @returns `[inputs, batch]`.
 * @throws RangeError for a choice and candidates of different shapes.
 * @see Mommen et al. 2025
 * @example
 * const candidates = np.array([[0, 2], [1, 3]], { dtype: np.int32 });
 * const choice = through(categorical(np.zeros([2, 2])), straightThroughArgmax(), key);
 * const a = chooseWires(np.ones([4, 5]), candidates, choice, true);
 */
export function chooseWires(x: np.Array, candidates: np.Array, choice: np.Array, hard: boolean): np.Array {
  const [inputs, k] = candidates.shape as [number, number];
  if (String(choice.shape) !== String(candidates.shape))
    throw new RangeError(
      `chooseWires: choice must be [${candidates.shape}] as the candidates are, not [${choice.shape}].`,
    );
  const columns = np.split(candidates.ref, k, 1).map((column) => column.reshape([inputs]));
  /** The sum over candidates, rows of x weighted. */
  const weighted = (weights: np.Array, rows: np.Array): np.Array => {
    const sums = (np.split(weights, k, 1) as np.Array[]).map((weight, c) =>
      weight.mul(rows.ref.slice(columns[c]!)),
    );
    rows.dispose();
    return sums.reduce((sum, part) => sum.add(part));
  };
  if (!hard) {
    candidates.dispose();
    return weighted(choice, x);
  }
  const chosen = np.sum(detach(choice.ref).mul(candidates.astype(np.float32)), -1).astype(np.int32);
  const rows = detach(x.ref);
  return x.slice(chosen).add(weighted(zeroWithGradient(choice), rows));
}
