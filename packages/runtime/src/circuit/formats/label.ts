import { operationNames } from "../circuit.ts";

/** What stands in the drawing of a logic gate. */
export const operationLabel = (operation: number): string =>
  operationNames[operation]!.replace(/^a (n?and|n?or|xor|xnor) b$/, "$1")
    .toUpperCase()
    .replace(/\bA\b/, "a")
    .replace(/\bB\b/, "b");
