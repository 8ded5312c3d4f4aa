import { existsSync } from "node:fs";
import { Command, CommanderError, Help } from "commander";
import { commandFirst } from "./ask/command-line.ts";
import { refusalOf, refuseEmpty } from "./ask/commander-errors.ts";
import { describeError, UsageError } from "./ask/errors.ts";
import { commands, ofExperiments } from "./commands/index.ts";
import { outliveReaders } from "./print/console.ts";
import { version } from "./version.ts";

const FIRST_SCREEN = `hardgrad: gradient estimators for networks that make hard choices. Four commands to paste:

  npx hardgrad list
  npx hardgrad audit reinmax,rloo,disarm --problem quadratic
  npx hardgrad figure neuron --out neuron.svg
  npx hardgrad train classifier --estimator reinmax --epochs 2 --train-size 3000

npx hardgrad --help lists all commands, and npx hardgrad COMMAND --help their flags.
`;

/** A default without the quotes of a string. */
const optionDescription: Help["optionDescription"] = (option) =>
  new Help().optionDescription(option).replace(/\(default: "(.*)"\)$/, "(default: $1)");

/** The program with the options of one command; the others are known by name. */
async function build(asked: string | undefined): Promise<{ program: Command; command?: Command }> {
  const program = new Command("hardgrad")
    .description("Train networks that make hard choices, and compare gradient estimators.")
    .version(version())
    .helpCommand("help [command]", "show the options of a command")
    .configureHelp({ optionDescription });
  for (const { name, about, load } of commands) {
    const command = program.command(name).description(about);
    if (name === asked) await (await load()).declare(command);
  }
  const command = program.commands.find((c) => c.name() === asked);
  for (const one of [...program.commands, ...(command?.commands ?? [])])
    one
      .helpCommand(false)
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : new UsageError(refusalOf(error, one));
      })
      .configureOutput({ writeErr: () => {} });
  program
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .hook("preAction", (_program, action) => refuseEmpty(action));
  return { program, ...(command ? { command } : {}) };
}

/** Whether a word can be the name of a module, of data or of a run: has a dot or a slash, or is there. */
function mayNameFile(word: string): boolean {
  const value = word.split("=").at(-1)!;
  return /[./\\]/.test(word) || (value !== "" && existsSync(value));
}

/** Runs a command line; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveReaders();
  if (argv.length === 0) {
    process.stdout.write(FIRST_SCREEN);
    return 0;
  }
  try {
    const words = commandFirst(argv, commands.map((c) => c.name)); // biome-ignore format: one thought
    const [name, ...rest] = words;
    // What knows experiments takes a while to load, and `list` needs none of it.
    if (rest.some(mayNameFile)) await (await import("./ask/own.ts")).loadNamed(words);
    const { program, command } = await build(name);
    const parts =
      command && ofExperiments(name!)
        ? [name!, ...(await import("./ask/experiment-first.ts")).experimentFirst(command, rest)]
        : words;
    await program.parseAsync(parts, { from: "user" });
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
