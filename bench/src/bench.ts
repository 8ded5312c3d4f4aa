import { machine } from "@hardgrad/cli/internal/run-folder/environment";
import { useDevice } from "@hardgrad/experiments";
import { clock } from "./clock.ts";
import { type Contestant, probe } from "./contestants.ts";
import { timedEstimators, timeEstimators } from "./estimators.ts";
import { limitsOf } from "./limits.ts";
import { timeOutside } from "./outside.ts";
import { runRow } from "./race.ts";
import type { BenchResults } from "./results.ts";
import type { Row } from "./rows/row.ts";
import { SCALING_POINTS, timeScaling } from "./scaling.ts";

export const partNames: readonly string[] = ["race", "estimators", "scaling", "outside", "limits"];

export interface Plan {
  readonly parts: readonly string[];
  readonly rows: readonly Row[];
  /** All of them, ours first. */
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly secondsPerTurn: number;
}

const RUN_STEPS = 500;
/** Seconds that a contestant may take for an answer: compiling the largest row takes some. */
const PATIENCE = 300;

/** Everything of a plan, one part after the other. A contestant that fails is in the results as such. */
export async function bench(plan: Plan, narrate: (line: string) => void): Promise<BenchResults> {
  const { parts, rounds, secondsPerTurn } = plan;
  const probed = await inTurn(plan.contestants, (contestant) => probe(contestant, PATIENCE));
  const contestants = probed.map((p) => p.contestant);
  for (const { title, missing } of contestants)
    if (missing !== undefined) narrate(`${title} is left out: ${missing}.`);
  const versions = Object.assign({}, ...probed.map((p) => p.versions)) as BenchResults["versions"];
  const devices = contestants.flatMap((c) =>
    c.device === undefined || c.missing !== undefined ? [] : [c.device],
  );
  // Inputs of the rows are made here; no contestant is timed in this process.
  await useDevice("wasm");
  const timed = parts.includes("estimators") ? timedEstimators() : [];
  const entries = plan.rows.map((row) => ({
    row,
    contestants: contestants.filter((c) => c.device !== undefined || row.peers.includes(c.rowsOf ?? c.id)),
  }));
  const time = clock(turnsOf(plan, entries, devices.length, timed.length), narrate);
  const common = { rounds, secondsPerTurn, patience: PATIENCE, say: time.say, turn: time.turn };
  const problems: string[] = [];
  const eachDevice = async <T>(part: string, measure: (device: string) => Promise<T[]>): Promise<T[]> => {
    if (!parts.includes(part)) return [];
    const results = await inTurn(devices, (device) =>
      measure(device).catch((error: Error) => {
        problems.push(`${part}: ${error.message}`);
        narrate(`${part} is given up: ${error.message}`);
        return [];
      }),
    );
    return results.flat();
  };

  const race = parts.includes("race")
    ? await inTurn(entries, ({ row, contestants }) => runRow(row, contestants, common))
    : [];
  const estimators = await eachDevice("estimators", (device) => timeEstimators(device, timed, common));
  const scaling = await eachDevice("scaling", (device) =>
    timeScaling(device, { ...common, rounds: few(rounds) }),
  );
  const outside = await eachDevice("outside", (device) => timeOutside(device, RUN_STEPS, common));
  const limits = parts.includes("limits") ? await limitsOf(plan.rows, time.say) : [];
  const measured = { race, estimators, scaling, outside, limits };
  return { ...machine(), versions, rounds, secondsPerTurn, ...measured, problems };
}

/** Curves over orders of magnitude need fewer rounds than ratios near 1. */
const few = (rounds: number): number => Math.min(rounds, 5);

function turnsOf(
  { parts, rounds }: Plan,
  entries: readonly { readonly contestants: readonly Contestant[] }[],
  devices: number,
  estimators: number,
): number {
  const present = entries.flatMap((e) => e.contestants).filter((c) => c.missing === undefined).length;
  const turns: { [part: string]: number } = {
    race: rounds * present,
    estimators: rounds * devices * estimators,
    scaling: few(rounds) * devices * SCALING_POINTS,
    outside: 2 * devices,
    limits: 0,
  };
  return parts.reduce((sum, part) => sum + turns[part]!, 0);
}

async function inTurn<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
