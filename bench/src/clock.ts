import { duration } from "@hardgrad/cli/internal/print/console";

const LINE_EVERY = 5_000;

/** Progress of a bench: turns done of turns planned, and the time left at the pace so far. */
export interface Clock {
  say(line: string): void;
  turn(): void;
}

export function clock(turns: number, narrate: (line: string) => void): Clock {
  const started = Date.now();
  let done = 0;
  let shown = started;
  const left = (): string => {
    const elapsed = (Date.now() - started) / 1000;
    return done > 0 && done < turns ? `, about ${duration((elapsed / done) * (turns - done))} left` : "";
  };
  return {
    say(line) {
      shown = Date.now();
      narrate(`${line}${left()}`);
    },
    turn() {
      done++;
      if (Date.now() - shown < LINE_EVERY) return;
      shown = Date.now();
      narrate(`${Math.round((100 * Math.min(done, turns)) / turns)} % of the turns${left()}`);
    },
  };
}
