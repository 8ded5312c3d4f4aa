import { useDevice } from "@hardgrad/experiments";
import type { Command } from "commander";
import { checkEstimator } from "hardgrad/check";
import { Failure } from "../ask/errors.ts";
import { entryOf } from "../ask/estimator.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf, moduleKind, ownFactory } from "../ask/own.ts";
import { loadProblem } from "../ask/problems.ts";
import type { Checked } from "../check/claim.ts";
import { checkExperiment } from "../check/experiment.ts";
import { checkProblem } from "../check/problem.ts";
import { narrator, print, printJson } from "../print/console.ts";
import { stepBar } from "../print/step-bar.ts";

/** Failures of one claim that are printed. */
const SHOWN = 3;

/** `check FILE`: an estimator against its traits, a problem or an experiment against what is asked of one. */
export async function checkModule(name: string, flags: Flags): Promise<void> {
  const samples = wholeNumberFlag("--samples", String(flags.samples ?? "10000"), 1000, 1_000_000);
  const seed = wholeNumberFlag("--seed", String(flags.seed ?? "0"), 0, 1_000_000);
  const kind = moduleKind(name) ?? "estimator";
  const narrate = narrator(flags.quiet === true || flags.json === true);
  const subject = kind === "estimator" ? (ownFactory(name) ?? entryOf(name).create) : undefined;
  const backend = await useDevice("wasm");
  const bar = await stepBar(flags.quiet === true);
  let findings: readonly Checked[];
  try {
    if (subject) findings = await checkEstimator(subject, { samples, seed, onProgress: bar.update });
    else if (kind === "problem") findings = await checkProblem(await loadProblem(name), samples, bar.update);
    else findings = await checkExperiment(experimentOf(name), backend, bar.update);
  } finally {
    bar.stop();
  }
  const wrong = findings.filter((f) => !f.holds);
  if (flags.json) printJson({ file: name, kind, samples, seed, findings });
  else {
    for (const claim of new Set(findings.map((f) => f.claim))) {
      const own = findings.filter((f) => f.claim === claim);
      const failed = own.filter((f) => !f.holds);
      print(
        failed.length === 0
          ? `ok     ${claim} (${own.length})`
          : `FALSE  ${claim} (${failed.length} of ${own.length} checks fail)`,
      );
      for (const { message } of failed.slice(0, SHOWN)) print(`       ${message}`);
      if (failed.length > SHOWN) print(`       and ${failed.length - SHOWN} more; --json prints all.`);
    }
  }
  if (wrong.length > 0) throw new Failure(`${name}: ${wrong.length} of ${findings.length} checks failed.`);
  narrate(`${name}: every claim holds, in ${findings.length} checks of the ${kind}`);
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<file>", "a module with an estimator, a problem or an experiment; or the id of an estimator")
    .option("--samples <n>", "estimates per objective, 1000 to 1000000; more see smaller biases", "10000")
    .option("--seed <n>", "random seed of an estimator's check", "0")
    .option("--json", "print every check as JSON")
    .option("--quiet", "print results only, no progress")
    .addHelpText("after", "\nExit status: 0 every claim holds, 1 a claim is false, 2 wrong usage.")
    .action((file, flags) => checkModule(file, flags));
}
