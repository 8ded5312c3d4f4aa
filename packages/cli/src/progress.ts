import type { MetricRow } from "@hardgrad/experiments";
import { MultiBar, Presets } from "cli-progress";
import { duration, percent, short } from "./console.ts";

/** Progress of one or more runs: bars with time left on a terminal, a line now and then elsewhere. */
export interface Progress {
  update(name: string, rows: readonly MetricRow[], step: number, total: number): void;
  stop(): void;
}

const LINE_EVERY = 5_000;

export function progressOf(names: readonly string[], quiet: boolean): Progress {
  if (quiet) return { update: () => {}, stop: () => {} };
  return process.stderr.isTTY ? bars(names) : lines();
}

function latest(seen: Map<string, string>, name: string, rows: readonly MetricRow[]): string {
  for (const { values } of rows) {
    const accuracy = values["accuracy/test"];
    if (accuracy !== undefined) seen.set(`${name}.a`, `test ${percent(accuracy, 1)}`);
    if (values["loss/train"] !== undefined) seen.set(name, `loss ${short(values["loss/train"])}`);
  }
  return [seen.get(name), seen.get(`${name}.a`)].filter(Boolean).join(", ");
}

function bars(names: readonly string[]): Progress {
  const width = Math.max(...names.map((n) => n.length));
  const multi = new MultiBar(
    {
      format: "{name} {bar} {percentage}% {eta_formatted} left  {news}",
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
      etaBuffer: 20,
    },
    Presets.shades_classic,
  );
  const seen = new Map<string, string>();
  const all = new Map(
    names.map((name) => [name, multi.create(1, 0, { name: name.padEnd(width), news: "waiting" })]),
  );
  return {
    update: (name, rows, step, total) => {
      const bar = all.get(name);
      bar?.setTotal(total);
      bar?.update(step, { news: latest(seen, name, rows) });
    },
    stop: () => multi.stop(),
  };
}

function lines(): Progress {
  const seen = new Map<string, string>();
  const shown = new Map<string, number>();
  const first = new Map<string, { step: number; time: number }>();
  return {
    update: (name, rows, step, total) => {
      const news = latest(seen, name, rows);
      const now = Date.now();
      const begin = first.get(name) ?? { step, time: now };
      first.set(name, begin);
      if (step < total && now - (shown.get(name) ?? begin.time) < LINE_EVERY) return;
      shown.set(name, now);
      const speed = (step - begin.step) / Math.max(1, now - begin.time);
      const left = step < total && speed > 0 ? `, ${duration((total - step) / speed / 1000)} left` : "";
      process.stderr.write(`${name}: step ${step} of ${total}, ${news}${left}\n`);
    },
    stop: () => {},
  };
}
