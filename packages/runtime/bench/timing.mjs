/**
 * Times functions in turn, round after round, in stretches of about `stretch` milliseconds. Returns for each the
 * fastest time of one call, in microseconds, and the time per call of every round.
 */
export function interleave(works, { rounds = 15, stretch = 0.5 } = {}) {
  const repeats = works.map((work) => {
    work();
    work();
    let n = 1;
    for (;;) {
      const begin = performance.now();
      for (let i = 0; i < n; i++) work();
      if (performance.now() - begin >= stretch) return n;
      n *= 2;
    }
  });
  const times = works.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, work] of works.entries()) {
      const begin = performance.now();
      for (let i = 0; i < repeats[index]; i++) work();
      times[index].push(((performance.now() - begin) * 1e3) / repeats[index]);
    }
  return times.map((own) => ({ fastest: Math.min(...own), times: own }));
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
