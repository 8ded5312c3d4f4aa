import { percent, short } from "@hardgrad/cli/internal/print/console";
import type { BenchResults, ContestantResult, RowResult } from "./results.ts";
import type { Spread } from "./statistics.ts";

/** A table, as titles and cells: for the terminal, and for the documentation. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const range = ({ median, low, high }: Spread): string => `${short(median)} (${short(low)}–${short(high)})`;
const status = (c: ContestantResult): string => (c.status === "done" ? "" : c.status);

/** One line per row and device of ours: its time, and how many times as fast as each peer it is. */
export function raceTable(race: readonly RowResult[]): Table {
  const devices = titlesOf(race, true);
  const peers = titlesOf(race, false);
  const rows = race.flatMap((row) =>
    devices.flatMap(([id, title]) => {
      const own = row.contestants.find((c) => c.id === id);
      if (!own || own.status === "missing") return [];
      const against = peers.map(([peer]) => {
        const other = row.contestants.find((c) => c.id === peer);
        const speed = own.speed?.[peer];
        return speed ? range(speed) : other ? status(other) : "";
      });
      return [[row.id, title, own.milliseconds ? short(own.milliseconds.median) : status(own), ...against]];
    }),
  );
  return { head: ["row", "device", "ms", ...peers.map(([, title]) => `times ${title}`)], rows };
}

/** Every contestant by itself: time and threads. */
export function contestantTable(race: readonly RowResult[]): Table {
  const rows = race.flatMap((row) =>
    row.contestants.map((c) => [
      row.id,
      c.title,
      c.milliseconds ? range(c.milliseconds) : c.status,
      c.cpuMilliseconds === undefined ? "" : short(c.cpuMilliseconds),
      c.threads === undefined ? "" : String(c.threads),
    ]),
  );
  return { head: ["row", "contestant", "ms per step", "CPU ms", "threads"], rows };
}

/** Every contestant by itself: memory, and how far its numbers are from ours. */
export function memoryTable(race: readonly RowResult[]): Table {
  const rows = race.flatMap((row) =>
    row.contestants.map((c) => [
      row.id,
      c.title,
      c.peakMemoryMiB === undefined ? "" : String(c.peakMemoryMiB),
      c.error === undefined ? "" : c.error.toExponential(1),
    ]),
  );
  return { head: ["row", "contestant", "peak MiB", "largest difference"], rows };
}

export function estimatorTable({ estimators }: BenchResults): Table {
  const devices = [...new Set(estimators.map((e) => e.device))];
  const ids = new Map(estimators.map((e) => [e.estimator, e.evaluations]));
  const cell = (estimator: string, device: string): string => {
    const found = estimators.find((e) => e.estimator === estimator && e.device === device);
    return found ? range(found.ratio) : "";
  };
  return {
    head: ["estimator", "evaluations", ...devices],
    rows: [...ids].map(([id, count]) => [id, String(count), ...devices.map((device) => cell(id, device))]),
  };
}

export function scalingTable({ scaling }: BenchResults): Table {
  return {
    head: ["device", "against", "from", "to", "exponent", "of the four largest"],
    rows: scaling.map(({ device, along, points, exponent, upperExponent }) => {
      const [first, last] = [points[0]!, points.at(-1)!];
      const ends = [first, last].map(
        ({ x, milliseconds }) => `${x.toLocaleString("en")}: ${short(milliseconds)} ms`,
      );
      return [device, along, ...ends, exponent.toFixed(2), upperExponent.toFixed(2)];
    }),
  };
}

export function outsideTable({ outside }: BenchResults): Table {
  return {
    head: ["device", "experiment", "ms per step", "outside the compiled step"],
    rows: outside.map((o) => [o.device, o.experiment, short(o.millisecondsPerStep), percent(o.fraction, 1)]),
  };
}

/** The least time in which the machine could do each row, and how near each contestant comes to it. */
export function limitTable({ race, limits }: Pick<BenchResults, "race" | "limits">): Table {
  const everywhere = (id: string): boolean =>
    race.every(({ contestants }) => contestants.some((c) => c.id === id && c.milliseconds));
  const titles = [...titlesOf(race, true), ...titlesOf(race, false)].filter(([id]) => everywhere(id));
  const rows = limits.map((limit) => {
    const contestants = race.find(({ id }) => id === limit.row)?.contestants ?? [];
    const near = titles.map(([id]) => {
      const { milliseconds } = contestants.find((c) => c.id === id) ?? {};
      return milliseconds ? percent(limit.milliseconds / milliseconds.median, 0) : "";
    });
    return [limit.row, short(limit.milliseconds), ...near];
  });
  return { head: ["row", "limit, ms", ...titles.map(([, title]) => title)], rows };
}

/** A table of Markdown. */
export function toMarkdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Machine, versions and date in one sentence. */
export function conditions(results: BenchResults): string {
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`);
  return `${results.date.slice(0, 10)}, ${results.cpu}, ${results.platform}; ${versions.join(", ")}; ${results.rounds} rounds of ${results.secondsPerTurn} s each.`;
}

/** Ids and titles of contestants that took part in any row. */
function titlesOf(race: readonly RowResult[], ours: boolean): [id: string, title: string][] {
  const found = new Map<string, string>();
  for (const { contestants } of race)
    for (const c of contestants) if (c.ours === ours && c.status !== "missing") found.set(c.id, c.title);
  return [...found];
}
