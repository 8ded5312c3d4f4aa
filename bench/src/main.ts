import { commandFirst } from "@hardgrad/cli/internal/ask/command-line";
import { refusalOf } from "@hardgrad/cli/internal/ask/commander-errors";
import { describeError, UsageError } from "@hardgrad/cli/internal/ask/errors";
import { Command, CommanderError } from "commander";
import { runGatedBench } from "./commands/gated.ts";
import { runRace } from "./commands/race.ts";

function build(): Command {
  const program = new Command("bench")
    .description("Speed and memory, on work whose results are compared.")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const race = program
    .command("race")
    .description("training steps, side by side with the peers that are installed")
    .option(
      "--parts <names>",
      "race, estimators, scaling, outside, limits; separated by commas (default: all)",
    )
    .option("--rows <ids>", "rows of the race, and nothing but the race (default: all rows)")
    .option("--device <names>", "our devices (default: wasm,native)")
    .option("--peers <names>", "pytorch, tensorflow-js, pytorch-cuda; or none (default: the first two)")
    .option("--rounds <n>", "turns of each contestant, 1 to 1000 (default: 11)")
    .action((flags) => runRace(flags));
  const gated = program
    .command("gated")
    .description("kernels that skip, binary layers, whole networks")
    .option(
      "--parts <names>",
      "kernels, zeros, bits, networks, threads, peers, training; separated by commas (default: all)",
    )
    .option("--peers <names>", "pytorch, onnxruntime; or none (default: all)")
    .option("--rounds <n>", "turns of each contestant, 3 to 1000 (default: 30)")
    .option("--pairs <runs>", "HARD=FLOAT,...: runs whose networks are compared (default: random weights)")
    .option("--clock <name>", "wall, or cpu: processor time, for a busy machine (default: wall)")
    .option("--quick", "fewer shapes, blocks and densities")
    .action((flags) => runGatedBench(flags));
  for (const command of [race, gated])
    command
      .option("--python <path>", "an interpreter that has torch (default: python3)")
      .option("--out <file>", "also a figure (.svg, .png), or its numbers (.csv)")
      .option("--json [file]", "everything as JSON, on stdout or into a file")
      .option("--force", "replace existing files")
      .option("--quiet", "no narration")
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : new UsageError(refusalOf(error, command));
      })
      .configureOutput({ writeErr: () => {} });
  return program;
}

/** Runs a command line; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await build().parseAsync(commandFirst(argv, ["race", "gated"]), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      process.stderr.write(`${error.message.replace(/^error: /, "")}\n`);
      return 2;
    }
    const { sentence, exitCode } = describeError(error);
    process.stderr.write(`${sentence}\n`);
    return exitCode;
  }
}
