import * as fs from "node:fs";
import { join } from "node:path";
import { type Computer, sourceOfBits } from "@hardgrad/experiments";
import { UsageError } from "../ask/errors.ts";
import { writeWhole } from "../disk/files.ts";

const FILE = "computer.txt";

/**
 * Refuses to mix computers whose bits differ in one sweep: the first worker says which it is.
 *
 * @throws UsageError that names both, and the way out.
 */
export function refuseOtherComputer(path: string, computer: Computer): void {
  const here = sourceOfBits(computer);
  const file = join(path, FILE);
  const mine = join(path, `.${FILE}.${process.pid}-${Math.random().toString(36).slice(2)}`);
  if (!fs.existsSync(file)) {
    writeWhole(mine, `${here}\n`);
    try {
      fs.linkSync(mine, file); // fails if another worker has just been the first
    } catch {
      if (!fs.existsSync(file)) fs.renameSync(mine, file); // a file system without links
    } finally {
      fs.rmSync(mine, { force: true });
    }
  }
  const first = fs.readFileSync(file, "utf8").trim();
  if (first !== here)
    throw new UsageError(
      `${path} was begun on ${first}, and this machine has ${here}: bits would depend on where a run was trained; use a machine like the first, or plan the sweep in another folder with "device": "wasm", which most machines compute alike.`,
    );
}
