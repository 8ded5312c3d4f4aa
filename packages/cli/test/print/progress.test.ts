import { classifier } from "@hardgrad/experiments";
import { afterEach, expect, test, vi } from "vitest";
import { progressOf } from "../../src/print/progress.ts";

const tty = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
afterEach(() => {
  if (tty) Object.defineProperty(process.stderr, "isTTY", tty);
  else Reflect.deleteProperty(process.stderr, "isTTY");
  vi.restoreAllMocks();
});

/** What is written to a terminal, or elsewhere, by two runs side by side, or by one. */
function written(terminal: boolean, runs: 1 | 2): string {
  Object.defineProperty(process.stderr, "isTTY", { value: terminal, configurable: true });
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += String(part);
    return true;
  });
  const progress = progressOf({ runs, workers: runs, widest: 4, headline: classifier.headline }, false);
  const names = ["rloo", "arm"].slice(0, runs);
  for (const name of names) progress.update(name, [], 0, 10);
  for (const name of names) {
    progress.update(name, [{ step: 10, epoch: 1, values: { "loss/train": 0.5 } }], 10, 10);
    progress.end(name);
  }
  progress.stop();
  const stopped = text.length;
  progress.stop(); // as `finally` does: it may not move the cursor over what was printed since
  expect(text.length).toBe(stopped);
  return text;
}

test("a bar that is finished says so, and stays", () => {
  for (const runs of [1, 2] as const) {
    const text = written(true, runs);
    expect(text).toMatch(/rloo .* 100% {2}done {2}loss 0\.5/);
    expect(text).not.toMatch(/idle|NaN|undefined/);
  }
  expect(written(true, 2)).toMatch(/all .* 100% {4}2 of 2 runs done/);
});

test("elsewhere a line, without a time left where nothing is left", () => {
  expect(written(false, 1)).toBe("rloo: step 10 of 10, loss 0.5\n");
  expect(written(false, 2)).toBe("2 of 2 runs done\n");
});
