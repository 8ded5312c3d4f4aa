import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimRun, type RunClaim, tidy } from "../../src/sweep/claim.ts";
import type { PlannedRun } from "../../src/sweep/plan.ts";
import { readFailure, readOwner } from "../../src/sweep/records.ts";
import { scratch } from "../run.ts";

const config = {
  experiment: "classifier",
  estimator: { id: "rloo", options: {} },
  data: "drawn",
  seed: 0,
  settings: {},
};
const named = (name: string): PlannedRun => ({ key: name, name, group: "rloo", varied: {}, config });

async function claimed(path: string, name: string): Promise<RunClaim> {
  const claim = await claimRun(path, named(name), 60);
  if (!claim) throw new Error(`${name} can't be claimed`);
  return claim;
}

/** As if it had been trained. */
function finish({ attempt }: RunClaim, text = "whole"): void {
  mkdirSync(attempt);
  writeFileSync(join(attempt, "summary.json"), text);
}

describe("a claim", () => {
  test("one at a time; publishing while another looks leaves the run once, and nothing else", async () => {
    const path = scratch();
    for (let i = 0; i < 150; i++) {
      const name = `run${i}`;
      const first = await claimed(path, name);
      expect(await claimRun(path, named(name), 60)).toBeUndefined();
      finish(first);
      const others = Array.from({ length: 4 }, () => claimRun(path, named(name), 60));
      expect(await first.publish()).toBe(true);
      expect(await Promise.all(others)).toEqual([undefined, undefined, undefined, undefined]);
      expect(readdirSync(join(path, name))).toEqual(["summary.json"]);
      expect(await claimRun(path, named(name), 60)).toBeUndefined();
    }
    tidy(path);
    expect(readdirSync(join(path, "working"))).toEqual([]);
  });

  test("whoever is taken for dead can't publish what another has taken over, nor twice", async () => {
    const path = scratch();
    const first = await claimed(path, "run");
    finish(first, "first");
    const old = Date.now() / 1000 - 3600;
    utimesSync(join(path, "working", "run", "lock"), old, old);
    const second = await claimed(path, "run"); // without a checkpoint it begins anew
    finish(second, "second");
    expect(existsSync(first.attempt)).toBe(false);
    expect(await first.publish()).toBe(false);
    expect(existsSync(join(path, "run"))).toBe(false);
    expect(await second.publish()).toBe(true);
    expect(readdirSync(path)).toEqual(["logs", "run", "working"]);
  });

  test("a process that dies again and again without getting further has failed; a worker that vanishes is no death", async () => {
    const path = scratch();
    for (const _ of [1, 2]) await (await claimed(path, "run")).die("its process was ended by SIGKILL");
    expect(readOwner(join(path, "working", "run"))).toMatchObject({ deaths: 2 });
    await (await claimed(path, "run")).release(); // Ctrl-C: a clean start
    for (const _ of [1, 2, 3]) await (await claimed(path, "run")).die("its process was ended by SIGKILL");
    expect(await claimRun(path, named("run"), 60)).toBeUndefined();
    const failure = readFailure(join(path, "failed", "run.json"));
    expect(failure).toMatchObject({
      reason: "its process ended 3 times at step 0 without getting further: its process was ended by SIGKILL",
      times: 1,
    });
    const old = Date.now() / 1000 - 3600;
    for (let i = 0; i < 11; i++) {
      await claimed(path, "vanished");
      utimesSync(join(path, "working", "vanished", "lock"), old, old);
    }
    expect(await claimRun(path, named("vanished"), 60)).toBeUndefined();
    expect(readFailure(join(path, "failed", "vanished.json"))?.reason).toBe(
      "its worker vanished 11 times at step 0 without getting further",
    );
  });
});
