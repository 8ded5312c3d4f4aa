import { LoweringError } from "../errors.ts";

/** The error of a function whose batch axis cannot be free. */
export function refusal(why: string): LoweringError {
  return new LoweringError(
    `toOnnx: the batch axis cannot be free: ${why}; write the function so that examples do not depend on their number, or leave out \`batch\`.`,
  );
}
