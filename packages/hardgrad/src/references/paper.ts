import type { Reference } from "../types.ts";

/** A record without its key, which is its name in the list. */
export type Paper = Omit<Reference, "key">;
