import { Command, CommanderError } from "commander";
import { commandFirst, experimentFirst } from "./ask/command-line.ts";
import { refusalOf, refuseEmpty } from "./ask/commander-errors.ts";
import { describeError, UsageError } from "./ask/errors.ts";
import { outliveReaders } from "./print/console.ts";

const FIRST_SCREEN = `hardgrad: gradient estimators for networks that make hard choices. Four commands to paste:

  npx hardgrad list
  npx hardgrad audit reinmax,rloo,disarm --problem quadratic
  npx hardgrad figure neuron --out neuron.svg
  npx hardgrad train classifier --estimator reinmax --epochs 2 --train-size 3000

npx hardgrad --help lists all commands, and npx hardgrad COMMAND --help their flags.
`;

const commandNames = [
  "list",
  "show",
  "cite",
  "audit",
  "train",
  "compare",
  "draw",
  "judge",
  "export",
  "verify",
  "figure",
];

/** Commands are loaded when they run, so that each starts as fast as what it needs. */
async function build([name]: readonly string[]): Promise<Command> {
  const program = new Command("hardgrad")
    .description("Train networks that make hard choices, and compare gradient estimators.")
    .version("0.1.0")
    .helpCommand("help [command]", "show the options of a command")
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  program
    .command("list")
    .description("list all estimators")
    .option("--json", "as JSON")
    .action(async (flags) => (await import("./commands/list.ts")).list(flags));
  program
    .command("show")
    .description("show one estimator: formula, traits, options, reference, BibTeX")
    .argument("<id>")
    .option("--json", "as JSON")
    .action(async (id, flags) => (await import("./commands/show.ts")).show(id, flags));
  program
    .command("cite")
    .description("print the BibTeX entry of an estimator")
    .argument("<id>")
    .action(async (id) => (await import("./commands/cite.ts")).cite(id));
  program
    .command("audit")
    .description("measure bias, variance and cost of estimators on your loss, against the exact gradient")
    .argument(
      "[ids]",
      "estimators separated by commas, such as reinmax,rloo:samples=8 (default: all that apply)",
    )
    .option("--estimators <specs>", "the same as the argument")
    .option(
      "--problem <name>",
      "toy, quadratic, network, categorical, subset, top-k, counts, or a module file",
      "network",
    )
    .option("--samples <n>", "estimates per estimator, 100 to 1000000", "10000")
    .option(
      "--warmup <n>",
      "training steps for baselines and control variates beforehand, 0 to 100000",
      "200",
    )
    .option("--seed <n>", "seed of the estimates", "0")
    .option("--device <name>", "wasm or webgpu", "wasm")
    .option("--out <file>", "also write a figure (.svg, .png) or the table (.csv)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print everything as JSON")
    .option("--quiet", "print results only")
    .addHelpText(
      "after",
      `
A problem file is a JavaScript module (TypeScript from Node 22.18 on), for example problem.mjs:

  export default {
    distribution: "bernoulli",          // or categorical, subset (k), plackett-luce (k), poisson, binomial (trials)
    logits: [0.4, -1.3, 2],             // categorical: one list per variable
    objective: (b, { np }) => np.square(np.sum(b, -1).sub(1.5)),  // [..., units] -> [...]
  };`,
    )
    .action(async (ids, flags) => (await import("./commands/audit.ts")).audit(ids, flags));
  const train = program
    .command("train")
    .description(
      "train a network; the run can be resumed. Options of an experiment: hardgrad train EXPERIMENT --help",
    )
    .argument("[experiment]", "classifier, vae, generator, continual, gated or binary")
    .option(
      "--estimator <spec>",
      "id, or id:option=value, such as rloo:samples=8 (default: straight-through; of generator: straight-through-gumbel-softmax)",
    )
    .option("--seed <n>", "random seed (default: 0)")
    .option("--out <folder>", "run folder to create")
    .option(
      "--resume <folder>",
      "continue a run from its last checkpoint, with its settings; a larger --epochs trains it further",
    )
    .action(async (experiment, flags) => (await import("./commands/train.ts")).train(experiment, flags));
  const compare = program
    .command("compare")
    .description(
      "train with several estimators and seeds, and report them side by side. Options of an experiment: hardgrad compare EXPERIMENT --help",
    )
    .argument("[experiment]", "classifier, vae, generator, continual, gated or binary")
    .option("--estimators <specs>", "estimators, separated by commas, such as reinmax,rloo:samples=8")
    .option("--seeds <n>", "runs per estimator (default: 1)")
    .option("--seed <n>", "first seed (default: 0)")
    .option("--jobs <n>", "runs in parallel (default: one per core)")
    .option("--out <folder>", "folder to create")
    .option("--resume <folder>", "continue an interrupted comparison; no other option is needed")
    .action(async (experiment, flags) => (await import("./commands/compare.ts")).compare(experiment, flags));
  if (name === "train" || name === "compare") {
    const { addExperiments, addTrainingFlags } = await import("./ask/configuration.ts");
    const run = {
      train: await import("./commands/train.ts"),
      compare: await import("./commands/compare.ts"),
    };
    addExperiments(addTrainingFlags(train), run.train.train);
    addExperiments(addTrainingFlags(compare), run.compare.compare);
  }
  program
    .command("draw")
    .description(
      "draw pictures of the digit you ask for with a trained generator (without --digit: all digits)",
    )
    .argument("[run]", "the folder of a generator run (default: a small generator that comes with hardgrad)")
    .option("--digit <n>", "digit, or number or name of another class (7, sneaker)")
    .option("--count <n>", "pictures; of --grid: styles; of --morph: steps (default: 16, 10, 12)")
    .option("--grid", "one row per digit, one column per style (default)")
    .option("--morph <a:b>", "the digit from style number a to style number b, such as 3:8")
    .option("--seed <n>", "seed of the styles; the same seed gives the same pictures", "0")
    .option("--out <file>", "a sheet (.png, .svg) or all grey values (.csv) (default: a PNG with a new name)")
    .option("--force", "overwrite an existing file")
    .option("--json", "what was drawn as JSON on stdout; without --out with all grey values")
    .option("--quiet", "print results only")
    .action(async (run, flags) => (await import("./commands/draw.ts")).draw(run, flags));
  program
    .command("judge")
    .description(
      "measure how often a generator draws the digit it was asked for, with an independent classifier",
    )
    .argument(
      "[run]",
      "run folder of a generator (without one: trains the judge of --data and prints its SHA-256)",
    )
    .option("--data <name>", "without a run: dataset to train the judge on")
    .option("--count <n>", "pictures per digit, 2 to 100000, without selection (default: 1000)")
    .option("--seed <n>", "seed of the pictures (default: 0)")
    .option("--judge <file>", "judge to use (default: trained once per dataset and cached)")
    .option("--no-gan-train", "skip training a classifier on drawn pictures, which takes longest")
    .option(
      "--device <name>",
      "device: native, wasm, webgpu; convolutions train fast only on native (default: native)",
    )
    .option("--threads <n>", "threads on device native (default: all cores)")
    .option(
      "--out <file>",
      "file for the confusion matrix and worst pictures (.svg, .png) or the matrix alone (.csv)",
    )
    .option("--force", "overwrite an existing file")
    .option("--json", "print everything as JSON")
    .option("--quiet", "print results only, no progress")
    .action(async (run, flags) => (await import("./commands/judge.ts")).judge(run, flags));
  program
    .command("export")
    .description("export a trained network as ONNX, safetensors or a runtime file")
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
    .action(async (run, flags) => (await import("./commands/export.ts")).exportRun(run, flags));
  program
    .command("verify")
    .description("verify that the finished tasks of a continual run are unchanged, bit for bit")
    .argument("<run>", "run folder, finished or interrupted")
    .option("--device <name>", "device that recomputes the class scores", "wasm")
    .option("--json", "print the result as JSON")
    .option("--quiet", "print results only")
    .action(async (run, flags) => (await import("./commands/verify.ts")).verify(run, flags));
  program
    .command("figure")
    .description("draw a figure of the documentation as SVG, PNG or CSV (without a name: list them)")
    .argument("[name]", "neuron, units, families, bias-variance, continual or gates")
    .option("--out <file>", "file to write, .svg, .png or .csv (default: SVG on stdout)")
    .option("--run <folder>", "continual, gates: the run to draw")
    .option("--squash <name>", "neuron: hard-sigmoid or sigmoid")
    .option("--slope <value>", "neuron: factor on the pre-activation")
    .option("--points <n>", "neuron: points over [-3, 3]")
    .option("--seed <n>", "neuron: seed of the samples (default: 0)")
    .option("--force", "overwrite an existing file")
    .option("--json", "print the data as JSON")
    .option("--quiet", "print results only")
    .action(async (name, flags) => (await import("./commands/figure.ts")).figure(name, flags));
  for (const command of [...program.commands, ...train.commands, ...compare.commands])
    command
      .helpCommand(false)
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : new UsageError(refusalOf(error, command));
      })
      .configureOutput({ writeErr: () => {} });
  program.hook("preAction", (_program, action) => refuseEmpty(action));
  return program;
}

/** Runs a command line; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveReaders();
  if (argv.length === 0) {
    process.stdout.write(FIRST_SCREEN);
    return 0;
  }
  try {
    const words = commandFirst(argv, commandNames);
    const program = await build(words);
    const [name, ...rest] = words;
    const command = ["train", "compare"].includes(name!) && program.commands.find((c) => c.name() === name);
    const arranged = command ? [name!, ...experimentFirst(command, rest)] : words;
    await program.parseAsync(arranged, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      process.stderr.write(`${error.message.replace(/^error: /, "")}\n`);
      return 2;
    }
    if (process.env.HARDGRAD_DEBUG) console.error(error);
    const { sentence, exitCode } = describeError(error);
    process.stderr.write(`${sentence}\n`);
    return exitCode;
  }
}
