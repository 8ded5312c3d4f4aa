import { percent, short } from "../../console.ts";
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
    return own.length === 0 ? [] : [{ title, table: tableOf(own) }];
  });
}

function tableOf(comparisons: readonly Comparison[]): Table {
  const dense = comparisons.some((c) => c.density !== undefined);
  const paths = comparisons.some((c) => c.path !== undefined);
  return {
    head: [
      ...["work", "examples", ...(dense ? ["density"] : []), "against", "us", ...(paths ? ["GFLOP/s"] : [])],
      ...["with", "us", "times as fast", "quartiles", ...(paths ? ["path"] : [])],
    ],
    rows: comparisons.map((c) => [
      ...[c.what, String(c.examples), ...(dense ? [c.density!.toFixed(2)] : [])],
      ...[c.base, short(c.baseMicroseconds), ...(paths ? [c.gflops!.toFixed(1)] : [])],
      ...[c.work, short(c.microseconds), c.ratio.toFixed(2)],
      `${c.spread.low.toFixed(2)}–${c.spread.high.toFixed(2)}`,
      ...(paths ? [c.path!] : []),
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
export function gatedConditions({ date, cpu, platform, versions }: GatedResults): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date.slice(0, 10)}, ${cpu}, ${platform}; ${list.join(", ")}; times are the fastest of their rounds, quartiles those of neighbouring rounds.`;
}
