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

/** A table, and what is said above it. */
export interface Captioned {
  readonly caption?: string;
  readonly table: Table;
}

/** The tables of each part that was measured, of six columns at most. */
export function gatedTables({
  comparisons,
}: GatedResults): { title: string; tables: readonly Captioned[] }[] {
  return Object.entries(titles).flatMap(([part, title]) => {
    const own = comparisons.filter((c) => c.part === part);
    if (own.length === 0) return [];
    return [{ title, tables: part === "kernels" ? kernelTables(own) : tablesOf(own) }];
  });
}

const DENSITIES = [0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** The wanted density that a measured one stands for. */
export const wantedDensity = (density: number): number =>
  DENSITIES.reduce((best, d) => (Math.abs(d - density) < Math.abs(best - density) ? d : best));

/** How many times as fast at each density (in brackets where it computed densely), and the dense kernel's own time. */
function kernelTables(comparisons: readonly Comparison[]): Captioned[] {
  const densities = DENSITIES.filter((d) => comparisons.some((c) => wantedDensity(c.density!) === d));
  const lines = new Map<string, Comparison[]>();
  for (const c of comparisons) {
    const key = `${c.what} ${c.examples}`;
    lines.set(key, [...(lines.get(key) ?? []), c]);
  }
  const rowsOf = (cells: (own: readonly Comparison[]) => readonly string[]): string[][] =>
    [...lines.values()].map((own) => [own[0]!.what, String(own[0]!.examples), ...cells(own)]);
  const speedups = (some: readonly number[]): Table => ({
    head: ["layer", "examples", ...some.map((d) => `at ${d}`)],
    rows: rowsOf((own) =>
      some.map((d) => {
        const c = own.find((o) => wantedDensity(o.density!) === d);
        return c ? (c.path === "dense" ? `(${c.ratio.toFixed(2)})` : c.ratio.toFixed(2)) : "";
      }),
    ),
  });
  const halves = [densities.filter((d) => d <= 0.25), densities.filter((d) => d > 0.25)];
  const dense: Table = {
    head: ["layer", "examples", "us", "GFLOP/s"],
    rows: rowsOf((own) => {
      const fastest = own.reduce((a, b) => (b.baseMicroseconds < a.baseMicroseconds ? b : a));
      return [short(fastest.baseMicroseconds), fastest.gflops!.toFixed(1)];
    }),
  };
  return [
    ...halves
      .filter((some) => some.length > 0)
      .map((some) => ({
        caption: `Times as fast with ${some[0]} to ${some.at(-1)} of the gates open`,
        table: speedups(some),
      })),
    { caption: "The dense kernel itself, by its fastest measurement", table: dense },
  ];
}

/** One table where all are against the same; else one for each work, which stands above it. */
function tablesOf(comparisons: readonly Comparison[]): Captioned[] {
  const works = [...new Set(comparisons.map((c) => c.what))];
  const alike = new Set(comparisons.map((c) => c.base)).size === 1;
  if (alike && works.length > 1) return [{ table: comparisonTable(comparisons, true) }];
  return works.map((caption) => ({
    caption,
    table: comparisonTable(
      comparisons.filter((c) => c.what === caption),
      false,
    ),
  }));
}

function comparisonTable(comparisons: readonly Comparison[], named: boolean): Table {
  const { base, work, density } = comparisons[0]!;
  const alike = comparisons.every((c) => c.base === base);
  const columns: [string, (c: Comparison) => string][] = [
    ...(named ? [["work", (c) => c.what] as [string, (c: Comparison) => string]] : []),
    ["examples", (c) => String(c.examples)],
    ...(density === undefined
      ? []
      : [["density", (c) => c.density!.toFixed(2)] as [string, (c: Comparison) => string]]),
    ...(alike ? [] : [["against", (c) => c.base] as [string, (c: Comparison) => string]]),
    [alike ? `${base}, us` : "us", (c) => short(c.baseMicroseconds)],
    [`${work}, us`, (c) => short(c.microseconds)],
    ["times as fast", (c) => c.ratio.toFixed(2)],
    ["quartiles", (c) => `${c.spread.low.toFixed(2)}–${c.spread.high.toFixed(2)}`],
  ];
  return {
    head: columns.map(([title]) => title),
    rows: comparisons.map((c) => columns.map(([, cell]) => cell(c))),
  };
}

/** The pairs of networks, with what they are worth. */
export function pairTable({ pairs }: GatedResults): Captioned {
  const images = [...new Set(pairs.map((pair) => pair.images))].join(", ");
  return {
    caption: `Accuracy and open gates on ${images}`,
    table: {
      head: ["hard network", "float twin", "accuracy", "of the twin", "open gates"],
      rows: pairs.map(({ hard, float, trained, accuracy, rate }) => [
        ...[`${hard}${trained ? "" : ", random weights"}`, float],
        ...(accuracy ? [percent(accuracy.hard, 2), percent(accuracy.float, 2)] : ["", ""]),
        rate === null ? "" : percent(rate, 1),
      ]),
    },
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
  return `${date.slice(0, 10)}, ${cpu}, ${platform}; ${list.join(", ")}; ${clock === "cpu" ? "processor time (two threads: by the clock)" : "wall-clock time"}, the fastest of ${rounds} rounds (for batches half as many), quartiles of ratios of neighbouring rounds; load average ${load.toFixed(1)} when it began.`;
}
