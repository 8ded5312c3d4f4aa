import { UsageError } from "./errors.ts";
import { nearest } from "./suggest.ts";

/** Flags of the program itself. */
export const about: readonly string[] = ["-h", "--help", "-V", "--version"];

/** Refuses what is no command, and turns `help COMMAND` into `COMMAND --help`. */
export function commandFirst(argv: readonly string[], commands: readonly string[]): string[] {
  const [name = "", ...rest] = argv;
  if (name === "help") return [...(rest.length > 0 ? commandFirst(rest, commands) : []), "--help"];
  if (commands.includes(name) || about.includes(name)) return [...argv];
  if (name.startsWith("-")) {
    const command = rest.find((word) => commands.includes(word));
    throw new UsageError(
      `${JSON.stringify(name)} comes before the command; put flags after it, as in: hardgrad ${command ?? "COMMAND"} ${name}.`,
    );
  }
  const guess = nearest(name, commands);
  throw new UsageError(
    `there is no command ${JSON.stringify(name)}; ${guess ? `did you mean ${guess}?` : `known: ${commands.join(", ")}.`}`,
  );
}
