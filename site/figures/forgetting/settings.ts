/** What the course trains, for it and for the code that a visitor copies. */

/** Two digits each. */
export const TASKS = 5;

/** Digits drawn by code: so many to learn from, so many to ask. */
export const digits = { train: 2000, test: 1000 } as const;

type Protection = "none" | "exact" | "gradient";

/** Settings of the experiment `continual`: nothing closed, or gates of units that close what a task reads. */
export const settingsOf = (
  { units, epochs }: { readonly units: number; readonly epochs: number },
  protection: string,
) =>
  ({
    method: protection === "none" ? "finetune" : "hat",
    protection: protection as Protection,
    beside: "none",
    layers: `${units}-${units}`,
    epochs,
  }) as const;
