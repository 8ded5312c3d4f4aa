import { numpy as np } from "@jax-js/jax";
import { type Distribution, type Estimator, exactGradient, findEstimator, type Objective } from "hardgrad";
import type { Tools } from "../contract.ts";
import { type Dials, entryOf, optionsOf } from "./menu.ts";
import { type Measured, type Moments, startMoments } from "./moments.ts";
import { rarestOf, tooRare } from "./rare.ts";
import { type Sampler, startSampler } from "./sampler.ts";

/** Estimates of one tick, of each estimator. */
export const BATCH = 256;
/** Single estimates that are kept to be drawn. */
const DRAWN = 150;

/** A point of a curve over the number of estimates. */
export interface Point extends Pick<Measured, "count" | "bias" | "biasError" | "noise" | "variance" | "varianceError"> {} // biome-ignore format: one line

/** What is known of one estimator; with a fault, why it has no estimates here. */
export interface Estimated {
  readonly id: string;
  readonly evaluations: number;
  readonly measured?: Measured;
  /** Some value of the units has hardly come up so far: what is measured may lack what happens there. */
  readonly rare?: boolean;
  /** The first estimates, `[estimates * logits]`. */
  readonly cloud: readonly number[];
  readonly history: readonly Point[];
  readonly fault?: string;
  /** Of one estimate here, if it is timed. */
  readonly microseconds?: number;
}

export interface EstimatesData {
  /** Logits a: what the gradient is taken of. */
  readonly a: readonly number[];
  readonly exact: readonly number[];
  /** `E[f]`. */
  readonly mean: number;
  readonly rows: readonly Estimated[];
}

/** The exact gradient, and estimators on their way to it. */
export interface Estimates {
  data(): EstimatesData;
  /** One batch more: at first of one estimator at a time, which compiles and trains it, and then of several. */
  tick(): Promise<void>;
  end(): void;
}

export interface Given {
  readonly a: readonly number[];
  readonly slope: number;
  readonly f: Objective;
  readonly distribution: (logits: np.Array) => Distribution;
  /** The same for problems that differ in a and slope alone. */
  readonly name: string;
  readonly ids: readonly string[];
  readonly dials: Dials;
  readonly seed: number;
  readonly history?: boolean;
  /** Measures what an estimate takes on this machine: the one thing that a seed does not settle. */
  readonly timed?: boolean;
  /** Estimators in a tick, once all have begun (absent: all). */
  readonly atOnce?: number;
}

interface Running {
  readonly id: string;
  readonly estimator?: Estimator;
  sampler?: Sampler;
  readonly moments: Moments;
  readonly cloud: number[];
  readonly history: Point[];
  fault?: string;
  microseconds?: number;
}

/** The same for the same input, after as many ticks. */
export async function startEstimates(given: Given, { signal }: Pick<Tools, "signal">): Promise<Estimates> {
  const {
    a,
    slope,
    f,
    distribution,
    name,
    ids,
    dials,
    seed,
    history = false,
    timed = false,
    atOnce = ids.length,
  } = given;
  const q = distribution(np.array(a.map((v) => slope * v)));
  const { gradient, mean } = await exactGradient(q, f);
  const exact = gradient.map((g) => slope * g);
  const rarest = rarestOf(
    q,
    a.map((v) => slope * v),
  );
  const scale = Math.max(Math.abs(mean), ...exact.map(Math.abs));
  const running = ids.map((id): Running => {
    const common = { id, moments: startMoments(exact, scale), cloud: [], history: [] };
    try {
      const estimator = findEstimator(id)!.create(optionsOf(entryOf(id), dials));
      return { ...common, estimator };
    } catch (error) {
      return { ...common, fault: (error as Error).message };
    }
  });
  const evaluations = running.map(({ estimator }) => (estimator ? evaluationsOf(estimator, q) : 0));
  q.logits.dispose();

  /** Whether the estimator has begun: not as long as its state is trained. */
  const draw = async (run: Running): Promise<boolean> => {
    if (run.fault !== undefined) return true;
    try {
      run.sampler ??= startSampler({ a, slope, distribution, f, name }, run.estimator!, BATCH, seed);
      const since = performance.now();
      const rows = await run.sampler.draw();
      if (!rows) return false;
      // The first draw compiles.
      if (timed && run.cloud.length > 0)
        run.microseconds = Math.min(
          run.microseconds ?? Number.POSITIVE_INFINITY,
          (1000 * (performance.now() - since)) / BATCH,
        );
      take(run, rows, history);
    } catch (error) {
      run.fault = (error as Error).message;
    }
    return true;
  };
  let begun = 0;
  let next = 0;
  return {
    data: () => ({
      a,
      exact,
      mean,
      rows: running.map(({ id, moments, cloud, history: points, fault, microseconds }, i) => {
        const measured = moments.measured();
        return {
          id,
          evaluations: evaluations[i]!,
          rare: tooRare(measured.count, rarest),
          cloud: [...cloud],
          history: [...points],
          ...(microseconds === undefined ? {} : { microseconds }),
          ...(fault === undefined ? (measured.count > 0 ? { measured } : {}) : { fault }),
        };
      }),
    }),
    async tick() {
      const first = running[begun];
      if (first) {
        if (await draw(first)) begun++;
        return;
      }
      for (let i = 0; i < atOnce && !signal.aborted; i++) await draw(running[next++ % running.length]!);
    },
    end() {
      for (const { sampler } of running) sampler?.end();
    },
  };
}

function evaluationsOf(estimator: Estimator, q: Distribution): number {
  try {
    return estimator.evaluations(q);
  } catch {
    return 0; // it does not take these options here, which its first estimate will say
  }
}

/** Counts at which a curve has a point: 12 in a decade, from 10. */
const isStop = (n: number): boolean =>
  n >= 10 && Math.floor(12 * Math.log10(n)) > Math.floor(12 * Math.log10(n - 1));

function take(run: Running, rows: Float32Array, history: boolean): void {
  if (!rows.every(Number.isFinite)) {
    run.fault = "Its estimates are not finite here; look at f between 0 and 1, and at the hard values.";
    return;
  }
  const { moments, cloud } = run;
  const width = rows.length / BATCH;
  for (let i = 0; i < rows.length && cloud.length < DRAWN * width; i++) cloud.push(rows[i]!);
  const seen = moments.measured().count;
  let from = 0;
  for (let n = 1; history && n <= BATCH; n++)
    if (isStop(seen + n)) {
      moments.add(rows, from, n);
      from = n;
      const { count, bias, biasError, noise, variance, varianceError } = moments.measured();
      run.history.push({ count, bias, biasError, noise, variance, varianceError });
    }
  moments.add(rows, from);
}
