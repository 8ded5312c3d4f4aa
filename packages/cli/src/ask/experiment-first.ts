import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { about } from "./command-line.ts";
import { configsIn, experimentOf } from "./own.ts";

/**
 * The words of `train` and `compare` with the experiment's name first, wherever it stood among the flags: the name says
 * which flags there are. With `--resume` alone the folder says it.
 */
export function experimentFirst(command: Command, words: readonly string[]): string[] {
  const experiments = command.commands.map((c) => c.name());
  const options = [command, ...command.commands].flatMap((c) => c.options);
  const free = words.flatMap((word, i) => {
    const before = i > 0 ? options.find((o) => [o.long, o.short].includes(words[i - 1])) : undefined;
    return word.startsWith("-") || before?.required ? [] : [{ word, i }];
  });
  const unknown = (word: string | undefined): boolean =>
    word?.startsWith("--") === true &&
    !word.includes("=") &&
    !["--help", "--version", ...options.map((o) => o.long)].includes(word);
  if (free[0]?.word === "help") return [...words.filter((_, i) => i !== free[0]!.i), "--help"];
  const named = free.find(({ word }) => experiments.includes(word));
  if (named) return [named.word, ...words.filter((_, i) => i !== named.i)];
  // The word after an unknown flag is its value: commander says what is wrong with the flag.
  if (free[0] && !unknown(words[free[0].i - 1])) experimentOf(free[0].word);
  const found = words.some((word) => about.includes(word)) ? undefined : experimentIn(folderOf(words));
  return [...(found !== undefined && experiments.includes(found) ? [found] : []), ...words];
}

function folderOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "--resume" || word.startsWith("--resume="));
  return at < 0 ? undefined : (/^--resume=(.*)$/.exec(words[at]!)?.[1] ?? words[at + 1]);
}

/** The experiment of a run or of a comparison; undefined for what is neither: the command says what is wrong. */
function experimentIn(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const read = (file: string): unknown => {
    try {
      return JSON.parse(readFileSync(join(folder, file), "utf8"));
    } catch {
      return undefined;
    }
  };
  const run = read("config.json") as { experiment?: unknown } | undefined;
  const name = run?.experiment ?? configsIn(folder)[0]?.experiment;
  return typeof name === "string" ? name : undefined;
}
