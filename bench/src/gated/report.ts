import { percent, short } from "@hardgrad/cli/internal/print/console";
import type { Table } from "../report.ts";
import type { Comparison, GatedPart, GatedResults } from "./results.ts";

const titles: { readonly [part in GatedPart]: string } = {
  kernels: "Gated layers against the dense kernel",
  zeros: "Zero inputs skipped",
  bits: "Binary layers",
  networks: "Whole networks, gater included",
  threads: "Two threads",
  peers: "Against other runtimes, one thread",
  training: "A training step of a gated layer",
};

/** One table for each part that was measured. */
export function gatedTables({ comparisons }: GatedResults): { title: string; table: Table }[] {
  return Object.entries(titles).flatMap(([part, title]) => {
    const own = comparisons.filter((c) => c.part === part);
    const table = part === "kernels" ? kernelTable(own) : tableOf(own);
    return own.length === 0 ? [] : [{ title, table }];
  });
}

const DENSITIES = [0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** The wanted density that a measured one stands for. */
export const wantedDensity = (density: number): number =>
  DENSITIES.reduce((best, d) => (Math.abs(d - density) < Math.abs(best - density) ? d : best));

/** A line for each layer, a column for each density: how many times as fast; in brackets where it computed densely. */
function kernelTable(comparisons: readonly Comparison[]): Table {
  const densities = DENSITIES.filter((d) => comparisons.some((c) => wantedDensity(c.density!) === d));
  const lines = new Map<string, Comparison[]>();
  for (const c of comparisons) {
    const key = `${c.what} ${c.examples}`;
    lines.set(key, [...(lines.get(key) ?? []), c]);
  }
  return {
    head: ["layer", "examples", "dense us", "GFLOP/s", ...densities.map((d) => `at ${d}`)],
    rows: [...lines.values()].map((own) => {
      const fastest = own.reduce((a, b) => (b.baseMicroseconds < a.baseMicroseconds ? b : a));
      const cells = densities.map((d) => {
        const c = own.find((o) => wantedDensity(o.density!) === d);
        return c ? (c.path === "dense" ? `(${c.ratio.toFixed(2)})` : c.ratio.toFixed(2)) : "";
      });
      return [
        ...[fastest.what, String(fastest.examples), short(fastest.baseMicroseconds)],
        ...[fastest.gflops!.toFixed(1), ...cells],
      ];
    }),
  };
}

function tableOf(comparisons: readonly Comparison[]): Table {
  const dense = comparisons.some((c) => c.density !== undefined);
  return {
    head: [
      ...["work", "examples", ...(dense ? ["density"] : []), "against", "us", "with", "us"],
      ...["times as fast", "quartiles"],
    ],
    rows: comparisons.map((c) => [
      ...[c.what, String(c.examples), ...(dense ? [c.density!.toFixed(2)] : [])],
      ...[c.base, short(c.baseMicroseconds), c.work, short(c.microseconds), c.ratio.toFixed(2)],
      `${c.spread.low.toFixed(2)}–${c.spread.high.toFixed(2)}`,
    ]),
  };
}

/** The pairs of networks, with what they are worth. */
export function pairTable({ pairs }: GatedResults): Table {
  return {
    head: ["hard network", "float twin", "weights", "accuracy", "of the twin", "open gates", "images"],
    rows: pairs.map(({ hard, float, trained, accuracy, rate, images }) => [
      ...[hard, float, trained ? "trained" : "random"],
      ...(accuracy ? [percent(accuracy.hard, 2), percent(accuracy.float, 2)] : ["", ""]),
      ...[rate === null ? "" : percent(rate, 1), images],
    ]),
  };
}

/** Machine, versions and date in one sentence. */
export function gatedConditions({
  date,
  cpu,
  platform,
  versions,
  clock,
  rounds,
  load,
}: GatedResults): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date.slice(0, 10)}, ${cpu}, ${platform}; ${list.join(", ")}; ${clock === "cpu" ? "processor time (two threads: by the clock)" : "time by the clock"}, the fastest of ${rounds} rounds (batches: of half as many), quartiles those of neighbouring rounds; load average ${load.toFixed(1)} when it began.`;
}
