import * as fs from "node:fs";
import { join } from "node:path";
import { checkCircuit, parametersOf, trainedCircuit, useDevice } from "@hardgrad/experiments";
import { type Circuit, CircuitError, circuitStatistics, simplifyCircuit } from "@hardgrad/runtime/circuit";
import type { Command } from "commander";
import { whichCan } from "../ask/configuration.ts";
import { Failure, UsageError } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { datasetOf } from "../data/progress.ts";
import { writeInto } from "../disk/files.ts";
import { circuitFormat, circuitFormats, namesCircuit } from "../export/circuit.ts";
import { narrator, percent, print, printJson } from "../print/console.ts";
import { originOf } from "../run-folder/origin.ts";
import { type SavedRun, savedRun } from "../run-folder/saved-run.ts";

/** `circuit RUN`: the circuit of a trained network of logic gates, compared with the network and written. */
export async function makeCircuit(path: string, flags: Flags): Promise<void> {
  const narrate = narrator(flags.quiet === true);
  const format = circuitFormat(flags.format as string | undefined, flags.out as string | undefined);
  const run = savedRun(path, "cannot make the circuit of");
  const { experiment, checkpoint } = run;
  if (!experiment.circuit)
    throw new UsageError(
      `${path} is a run of ${experiment.name}, which has no circuit; ${whichCan((e) => e.circuit)} has.`,
    );
  const file = targetOf(path, format, flags);
  const parameters = parametersOf(checkpoint);
  const { config } = checkpoint;
  const made = trainedCircuit(experiment, parameters, config);
  const meta = originOf(checkpoint, run.epoch ?? 0);
  const circuit: Circuit = { ...simplifyCircuit(made), meta };
  const before = circuitStatistics(made);
  const after = circuitStatistics(circuit);
  const content = written(format, circuit);
  const dataset = await datasetOf(config, flags.quiet === true);
  const backend = await useDevice("wasm");
  // The runtime's file is read back; the other forms are written from the same circuit.
  const subject = format === circuitFormats.runtime ? (content as Uint8Array) : circuit;
  narrate(`comparing it with the network on ${dataset.train.count + dataset.test.count} images`);
  const check = await checkCircuit(subject, experiment, parameters, config, dataset, backend);
  if (check.differing > 0)
    throw new Failure(
      `the circuit was not written: it differs from the network for ${check.differing} of ${check.images} images; this is a fault of hardgrad, please report it.`,
    );
  writeInto(file, content);
  const bytes = fs.statSync(file).size;
  if (flags.json)
    printJson({ run: path, file, bytes, gates: before.gates, simplified: after, ...check, metadata: meta });
  else {
    print(file);
    narrate(sentence(run, before.gates, after, check));
  }
}

function written({ write: text }: ReturnType<typeof circuitFormat>, circuit: Circuit): string | Uint8Array {
  try {
    return text(circuit);
  } catch (error) {
    if (error instanceof CircuitError) throw new Failure(error.message);
    throw error;
  }
}

function sentence(
  { checkpoint }: SavedRun,
  before: number,
  after: ReturnType<typeof circuitStatistics>,
  { images, accuracy }: Awaited<ReturnType<typeof checkCircuit>>,
): string {
  return [
    `  ${before} gates, simplified to ${after.gates}, depth ${after.depth}, on ${after.thresholds} bits of ${after.pixels} pixels`,
    `  equal to the network on all ${images} training and test images of ${checkpoint.config.data}: accuracy ${percent(accuracy.train, 2)} in training, ${percent(accuracy.test, 2)} in test`,
  ].join("\n");
}

/** Where the file goes; refuses what is in the way before anything is computed. */
function targetOf(run: string, format: ReturnType<typeof circuitFormat>, flags: Flags): string {
  const out = (flags.out as string | undefined) ?? join(run, "export");
  const file = namesCircuit(out, format) ? out : join(out, `circuit.${format.ending}`);
  if (fs.existsSync(file) && fs.statSync(file).isDirectory())
    throw new UsageError(`${file} is a folder; choose another --out.`);
  if (!flags.force && fs.existsSync(file))
    throw new UsageError(`${file} exists; add --force to replace it, or choose another --out.`);
  return file;
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<run>", "run folder, finished or interrupted")
    .option(
      "--format <name>",
      `${Object.keys(circuitFormats).join(", ")} (default: by the ending of --out, else runtime)`,
    )
    .option("--out <path>", "file or folder (default: export in the run folder)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print what was written as JSON")
    .option("--quiet", "print results only")
    .action((run, flags) => makeCircuit(run, flags));
}
