import { exampleAt, useDevice } from "@hardgrad/experiments";
import type { Start } from "../contract.ts";
import { drawnOnce } from "../drawn-once.ts";
import { onWasm } from "../on-wasm.ts";
import { pixelsOf } from "../pixels.ts";
import { medianOf } from "../shares.ts";
import { type controls, densities, type GatesData, type GatesState, type NetworkData, type TimeData } from "./controls.ts"; // biome-ignore format: one thought
import { passLength, type Rounds, readAll, readOne, timed } from "./reading.ts";
import { digits } from "./settings.ts";
import { greys, type Loaded, type Trainee, traineeOf } from "./trainee.ts";

/** Training steps of a tick. */
const STEPS = 20;
/** Rounds of time: after each network, and at the end. */
const ROUNDS = 8;
const LAST_ROUNDS = 16;
/** Images that are timed. */
const TIMED = 32;

interface Known {
  readonly trainee: Trainee;
  loaded: Loaded;
  data: Omit<NetworkData, "answer" | "gates">;
}

/** Trains a network at each density and its twin without gates, and measures them in the hard runtime. */
export const start: Start<typeof controls, GatesData> = async (given, tools) => {
  let state: GatesState = given;
  tools.progress(0, 1, "drawing digits");
  const dataset = drawnOnce(digits);
  const { test } = dataset;
  const backend = await onWasm(() => useDevice("wasm", { threads: 1 }));
  const x = greys(test);
  const images = Array.from({ length: TIMED }, (_, n) => x.subarray(n * test.size, (n + 1) * test.size));
  const known: Known[] = [];
  const rounds: Rounds = new Map();
  const length = passLength();
  let current: Trainee | undefined;
  let lastRounds = 0;

  async function look(trainee: Trainee): Promise<void> {
    const loaded = await trainee.load();
    const data = {
      id: trainee.density.id,
      steps: trainee.steps,
      of: trainee.of,
      ...readAll(loaded, x, test),
    };
    const before = known.find((k) => k.trainee === trainee);
    if (before) Object.assign(before, { loaded, data });
    else known.push({ trainee, loaded, data });
  }

  /** Every trained network once, in turns: what else the machine does meets all alike. */
  function round(): void {
    for (const { trainee, loaded, data } of known) {
      if (data.steps < data.of) continue;
      const { id } = trainee.density;
      if (!rounds.has(id)) rounds.set(id, []);
      rounds.get(id)!.push(timed(loaded, images, length));
    }
  }

  async function train(): Promise<void> {
    if (!current) {
      const density = densities[known.length]!;
      tools.progress(known.length, densities.length, "compiling the step");
      current = await traineeOf(density, state.seed, dataset, backend);
    }
    await current.train(STEPS);
    await look(current);
    if (current.steps < current.of) return;
    current.dispose();
    current = undefined;
  }

  return {
    data() {
      const own = pixelsOf(state.drawn);
      const image = own ?? exampleAt(test, nth(test.labels, state.digit, state.example)).slice();
      const one = greys({ images: image, size: image.length, count: 1 });
      return {
        image,
        ...(own ? {} : { label: state.digit }),
        networks: known.map(({ loaded, data }) => ({ ...data, ...readOne(loaded, one) })),
        times: timesOf(rounds),
      };
    },
    async tick() {
      if (current || known.length < densities.length) {
        const before = known.length;
        await onWasm(train);
        if (!current && before > 1) for (let r = 0; r < ROUNDS; r++) round();
        return true;
      }
      round();
      return ++lastRounds < LAST_ROUNDS;
    },
    set(next) {
      state = next;
    },
    end() {
      current?.dispose();
    },
  };
};

/** The n-th image of a class; counted round where there are fewer. */
function nth(labels: Uint8Array, label: number, n: number): number {
  const own = Array.from(labels.keys()).filter((i) => labels[i] === label);
  return own[n % own.length]!;
}

function timesOf(rounds: Rounds): TimeData[] {
  const dense = rounds.get("1");
  if (!dense) return [];
  return [...rounds].map(([id, own]) => ({
    id,
    microseconds: medianOf(own),
    // The last rounds of both: a network that was trained later has fewer.
    times: medianOf(own.map((time, i) => dense[dense.length - own.length + i]! / time)),
  }));
}
