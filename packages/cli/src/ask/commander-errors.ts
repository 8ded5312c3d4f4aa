import type { Command, CommanderError } from "commander";
import { UsageError } from "./errors.ts";

/**
 * What commander refuses, in our words: what is wrong with which command, and the way out.
 *
 * @param command the command that refused it.
 */
export function refusalOf({ code, message }: CommanderError, command: Command): string {
  const called = nameOf(command);
  const help = `${called} --help lists the flags`;
  if (code === "commander.excessArguments") {
    const taken = command.registeredArguments;
    const what = taken.length === 0 ? "flags only" : `one argument, ${taken[0]!.name()}`;
    return `unexpected argument ${JSON.stringify(command.args[taken.length])}: ${called} takes ${what}; write lists with commas and no spaces, and quote a value with spaces.`;
  }
  if (code === "commander.missingArgument")
    return `${called} needs an argument: ${called} ${command.registeredArguments[0]!.name().toUpperCase()}.`;
  if (code === "commander.optionMissingArgument")
    return `${/'(\S*)/.exec(message)?.[1]} needs a value after it; ${help}.`;
  if (code === "commander.unknownOption") {
    const flag = /'([^'=]*)/.exec(message)?.[1] ?? "";
    const head = `unknown option '${flag}' of ${called}`;
    const guess = /Did you mean (?:one of )?(.*?)\?\)/.exec(message)?.[1];
    const known = [command, command.parent].flatMap((c) => c?.options ?? []);
    if (known.some((o) => o.long === flag))
      return `${flag} of ${called} takes no value; leave out what follows it.`;
    if (guess) return `${head}; did you mean ${guess}?`;
    const siblings = command.parent?.parent ? command.parent.commands : []; // experiments
    const others = siblings.filter((c) => c.options.some((o) => o.long === flag));
    const elsewhere = others.length > 0 ? `it is a flag of ${others.map((c) => c.name()).join(", ")}; ` : "";
    return `${head}; ${elsewhere}${help}.`;
  }
  return message.replace(/^error: /, "");
}

/** Refuses what an unset variable of a shell leaves: `--out "$FOLDER"`. */
export function refuseEmpty(command: Command): void {
  const given = command.optsWithGlobals();
  const options = [command, command.parent].flatMap((c) => c?.options ?? []);
  const empty = options.find((option) => given[option.attributeName()] === "")?.long;
  const what = empty ?? (command.args.includes("") ? `an argument of ${nameOf(command)}` : undefined);
  if (what !== undefined) throw new UsageError(`${what} is empty; give it a value, or leave it out.`);
}

/** `hardgrad train classifier`. */
function nameOf(command: Command): string {
  return [...(command.parent ? [nameOf(command.parent)] : []), command.name()].join(" ");
}
