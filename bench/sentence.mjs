// For the scripts of this folder that a person starts: what the reader can mend is told in one sentence, as by the command
// line, without a stack trace.
import { describeError, Failure, UsageError } from "@hardgrad/cli/internal/ask/errors";

process.on("uncaughtException", (error) => {
  const wrongFlag = String(error?.code).startsWith("ERR_PARSE_ARGS_");
  const known = error instanceof UsageError || error instanceof Failure;
  const { sentence, exitCode } = describeError(error);
  // What the system refuses names its file.
  const said = known
    ? sentence
    : wrongFlag || error?.syscall
      ? error.message
      : (error?.stack ?? String(error));
  process.stderr.write(`${said}\n`);
  process.exit(wrongFlag ? 2 : exitCode);
});
