/** A bar on a terminal for work of a known number of steps, with the time left. */
export async function stepBar(quiet: boolean): Promise<{
  update: (what: string, done: number, total: number) => void;
  stop: () => void;
}> {
  if (quiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const { SingleBar, Presets } = await import("cli-progress");
  const bar = new SingleBar(
    {
      format: "{what} {bar} {percentage}% {eta_formatted} left",
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0, { what: "starting" });
  return {
    update: (what, done, total) => {
      bar.setTotal(total);
      bar.update(done, { what: what.slice(0, 32).padEnd(32) });
    },
    stop: () => bar.stop(),
  };
}
