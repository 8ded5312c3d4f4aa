import { expect, test } from "vitest";
import { loadTest } from "../sweep-load.mjs";

test.skipIf(process.platform !== "linux")(
  "a sweep whose workers are killed at random: every run once, with the bits of an undisturbed one",
  async () => {
    const { said, ...result } = await loadTest({
      runs: 6,
      workers: 3,
      kills: 5,
      seed: 1,
      pause: 1,
      steps: 200,
    });
    expect(result, said).toMatchObject({
      ended: 6,
      equal: 6,
      codes: [0, 0, 0],
      leftovers: [],
      publishedTwice: [],
    });
    expect(result.killed).toBeGreaterThan(0);
  },
);
