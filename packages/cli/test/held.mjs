// Loaded before the command, in all its processes (`held` of run.ts): a run whose folder HELD_RUNS matches waits from its
// row HELD_ROW on until there is a file LET_GO; if that says "slowly", it takes a second for each further row. So a test
// meets it in its middle, whichever process is faster.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { HELD_RUNS, HELD_ROW, LET_GO } = process.env;
const runs = new RegExp(HELD_RUNS);
const never = new Int32Array(new SharedArrayBuffer(4));
const pause = (milliseconds) => Atomics.wait(never, 0, 0, milliseconds);
const { openSync } = fs;
let rows = 0;
fs.openSync = (path, flags, ...more) => {
  const file = String(path);
  // What is appended last of a row.
  if (flags === "a" && file.includes("events.out") && runs.test(file) && ++rows >= Number(HELD_ROW)) {
    while (!fs.existsSync(LET_GO)) pause(20);
    if (fs.readFileSync(LET_GO, "utf8") === "slowly") pause(1000);
  }
  return openSync(path, flags, ...more);
};
syncBuiltinESMExports();
