import {
  type Checker,
  type Checkpoint,
  type Difference,
  exportModel,
  type FinishedTasks,
  type ModelPort,
  type Models,
  modelChecker,
  modelsOf,
  parametersOf,
  type RuntimeCheck,
  type TaskModel,
  TOLERANCE,
  useDevice,
  writeSafetensors,
} from "@hardgrad/experiments";
import type { Command } from "commander";
import { Failure, UsageError } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { unknownName } from "../ask/suggest.ts";
import { writeInto } from "../disk/files.ts";
import { checkedText, makeRuntimeFile } from "../export/runtime.ts";
import { type Format, formats, targetsOf } from "../export/targets.ts";
import { modelsOfTasks, taskRuntimeFile } from "../export/tasks.ts";
import { type Narrate, narrator, print, printJson, short } from "../print/console.ts";
import { originOf } from "../run-folder/origin.ts";
import { type SavedRun, savedRun } from "../run-folder/saved-run.ts";

/** A file that was written, for `--json`. */
interface Written {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly doc: string;
  readonly inputs?: readonly ModelPort[];
  readonly outputs?: readonly ModelPort[];
  /** Largest difference from jax-js; null if it was not checked. */
  readonly difference?: number | null;
  /** Runtime files: how it did on images. */
  readonly checked?: RuntimeCheck & { readonly data: string };
}

/** `export RUN`: models of a trained network, for other programs. */
export async function exportRun(path: string, flags: Flags): Promise<void> {
  const narrate = narrator(flags.quiet === true);
  const format = formatOf(flags);
  const { run, epoch } = read(path);
  const { experiment, checkpoint } = run;
  const origin = originOf(checkpoint, epoch);
  const place = { out: flags.out as string | undefined, force: flags.force === true };
  const { tasks } = experiment;
  let written: Written[];
  if (tasks && format !== "safetensors")
    written = await writeTasks(run, tasks, format, origin, flags, narrate);
  else if (format === "safetensors") {
    if (flags.which !== undefined)
      throw new UsageError("--which is for --format onnx: safetensors holds all parameters; leave it out.");
    if (flags.check === false)
      throw new UsageError(
        "--no-check is for networks: parameters alone have nothing to check; leave it out.",
      );
    const { parameters: file } = targetsOf(path, ["parameters"], format, place);
    written = [writeParameters(checkpoint, origin, file!)];
  } else if (format === "runtime") {
    if (flags.which !== undefined)
      throw new UsageError("--which is for --format onnx: a runtime file holds one network; leave it out.");
    const { network: file } = targetsOf(path, ["network"], format, place);
    const { content, ...about } = await makeRuntimeFile(run, epoch, origin, flags, narrate);
    writeInto(file!, content);
    written = [{ name: "network", file: file!, bytes: content.length, ...about }];
  } else {
    const models = chosen(declared(run, epoch), flags.which as string | undefined);
    const targets = targetsOf(path, Object.keys(models), format, place);
    const parameters = parametersOf(checkpoint);
    const named = Object.entries(models).map(([name, model]) => ({ name, model, parameters }));
    written = await writeModels(named, origin, targets, await checkerOf(flags, narrate));
  }
  if (flags.json) printJson({ run: path, format, metadata: origin, files: written });
  for (const { file, difference, checked } of flags.json ? [] : written) {
    print(file);
    if (checked) narrate(`  ${checkedText(checked)}`);
    else if (typeof difference === "number")
      narrate(`  checked against jax-js: largest difference ${short(difference)}`);
  }
}

function formatOf(flags: Flags): Format {
  const format = String(flags.format ?? "onnx") as Format;
  if (!formats.includes(format)) throw unknownName("format", format, formats);
  return format;
}

/** A run, and how many epochs it has trained: slopes and temperatures follow from it. */
function read(path: string): { run: SavedRun; epoch: number } {
  const run = savedRun(path, "cannot export");
  const { epoch, checkpoint } = run;
  if (epoch === undefined)
    throw new Failure(
      `cannot export ${path}: its metrics.jsonl has no row for step ${checkpoint.step}, the checkpoint's; use a whole copy of the folder, or train the run again.`,
    );
  return { run, epoch };
}

function declared({ experiment, checkpoint }: SavedRun, epoch: number): Models {
  try {
    return modelsOf(experiment, checkpoint.config, epoch);
  } catch (error) {
    throw new Failure(
      `${(error as Error).message.replace(/\.$/, "")}; use --format safetensors for its parameters.`,
    );
  }
}

/** A model or runtime file for every finished task of a run. */
async function writeTasks(
  { path, checkpoint }: SavedRun,
  tasks: FinishedTasks,
  format: Format,
  origin: { readonly [key: string]: string },
  flags: Flags,
  narrate: Narrate,
): Promise<Written[]> {
  const found = await modelsOfTasks(path, tasks, checkpoint, flags);
  const byName = Object.fromEntries(found.map((model) => [model.name, model]));
  const models = Object.values(chosen(byName, flags.which as string | undefined));
  const place = { out: flags.out as string | undefined, force: flags.force === true };
  const targets = targetsOf(
    path,
    models.map(({ name }) => name),
    format,
    place,
  );
  if (format === "onnx") return writeModels(models, origin, targets, await checkerOf(flags, narrate));
  const made: { written: Written; content: Uint8Array }[] = [];
  for (const model of models) {
    const { content, ...about } = await taskRuntimeFile(model, checkpoint, origin, flags.check !== false);
    const file = targets[model.name]!;
    made.push({ content, written: { name: model.name, file, bytes: content.length, ...about } });
  }
  for (const { written, content } of made) writeInto(written.file, content);
  return made.map(({ written }) => written);
}

function chosen<T>(models: { readonly [name: string]: T }, which: string | undefined): { [name: string]: T } {
  if (which === undefined) return { ...models };
  const names = Object.keys(models);
  const wanted = which.split(",").map((name) => name.trim());
  for (const name of wanted) if (!names.includes(name)) throw unknownName("model", name, names);
  return Object.fromEntries(
    names.filter((name) => wanted.includes(name)).map((name) => [name, models[name]!]),
  );
}

function writeParameters(checkpoint: Checkpoint, origin: { [key: string]: string }, path: string): Written {
  const bytes = writeSafetensors(parametersOf(checkpoint), { format: "hardgrad-parameters-1", ...origin });
  writeInto(path, bytes);
  return { name: "parameters", file: path, bytes: bytes.length, doc: "The network's parameters." };
}

/** All models are made and checked before the first is written. */
async function writeModels(
  models: readonly Pick<TaskModel, "name" | "model" | "parameters">[],
  origin: { readonly [key: string]: string },
  targets: { readonly [name: string]: string },
  check: Checker | undefined,
): Promise<Written[]> {
  await useDevice("wasm");
  const made: { written: Written; content: Uint8Array }[] = [];
  for (const { name, model, parameters } of models) {
    try {
      const { bytes, inputs, outputs } = exportModel(name, model, parameters, { part: name, ...origin });
      const difference = check ? agreed(await check(bytes, model, parameters)) : null;
      const about = { name, file: targets[name]!, bytes: bytes.length, doc: model.doc };
      made.push({ content: bytes, written: { ...about, inputs, outputs, difference } });
    } catch (error) {
      const why =
        error instanceof TypeError
          ? "the checkpoint has not all the parameters that it needs; choose other models with --which."
          : (error as Error).message;
      throw new Failure(`${name} was not written: ${why}`);
    }
  }
  for (const { written, content } of made) writeInto(written.file, content);
  return made.map(({ written }) => written);
}

function agreed({ largest, output }: Difference): number {
  if (largest <= TOLERANCE) return largest;
  const how = Number.isFinite(largest)
    ? `differs from jax-js by ${short(largest)}, more than ${TOLERANCE}`
    : "has another shape than in jax-js, or is not a number";
  throw new Failure(
    `in onnxruntime its ${output} ${how}; this is a fault of hardgrad, please report it (--no-check writes it all the same).`,
  );
}

/** What compares models with jax-js, or undefined, with a line that says why. */
async function checkerOf(flags: Flags, narrate: Narrate): Promise<Checker | undefined> {
  if (flags.check === false) return undefined;
  try {
    return await modelChecker();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    narrate(`not checked against jax-js: ${error.message}`);
    return undefined;
  }
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("<run>", "run folder, finished or interrupted")
    .option(
      "--format <name>",
      "onnx; safetensors: the parameters alone; or runtime: one file for @hardgrad/runtime",
      "onnx",
    )
    .option("--which <names>", "models to write, separated by commas (default: all)")
    .option("--out <path>", "folder, or file for a single model (default: export in the run folder)")
    .option("--force", "overwrite existing files")
    .option("--no-check", "skip the comparison with jax-js (ONNX: needs onnxruntime-node)")
    .option("--json", "print what was written as JSON")
    .option("--quiet", "print results only")
    .action((run, flags) => exportRun(run, flags));
}
