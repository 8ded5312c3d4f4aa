import type { Look } from "../contract.ts";

/** Colours of the tasks, the first the one that stands out most: one hue, told apart by lightness and by labels. */
const light = ["#23124f", "#44318a", "#6650b3", "#846fcf", "#9a87dc"] as const;
const dark = ["#f1ecff", "#d3c8fb", "#b3a4f0", "#9482de", "#7966c4"] as const;

export const taskColour = (look: Look, task: number): string => (look.dark ? dark : light)[task]!;
