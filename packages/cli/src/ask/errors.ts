/** Wrong usage: exit 2. The message is one sentence that names the flag, the value, the rule and the way out. */
export class UsageError extends Error {}

/** Something failed though the usage was right: exit 1. */
export class Failure extends Error {}

/** A file could not be written. */
export class WriteFailure extends Failure {}

/** Ended by Ctrl-C or SIGTERM after saving: exit 130. The message says how to continue. */
export class Interrupted extends Error {}

const reasons: { readonly [code: string]: string } = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed here",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  ENOENT: "it does not exist",
  EMFILE: "too many files are open",
};

/** Says which file could not be written and why. */
export function writeFailure(path: string, error: unknown): WriteFailure {
  return new WriteFailure(
    `cannot write ${path}: ${reasonOf(error)}; free the disk or choose another place with --out.`,
  );
}

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return (code && reasons[code]) || (error instanceof Error ? error.message : String(error));
}

/** What to print for an error, on one line, and the exit code. */
export function describeError(error: unknown): { sentence: string; exitCode: number } {
  const exitCode = error instanceof UsageError ? 2 : error instanceof Interrupted ? 130 : 1;
  const known = error instanceof UsageError || error instanceof Failure || error instanceof Interrupted;
  const text = known ? error.message : reasonOf(error);
  const sentence = text.replace(/\s*\n\s*/g, " ").trim();
  return { sentence, exitCode };
}
