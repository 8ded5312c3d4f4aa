/** Options of random latent variables, each with a default and words of its own. */

export const variablesOption = <const D>(initial: D, help: string) =>
  ({ type: "number", default: initial, min: 1, max: 4096, integer: true, help }) as const;

export const categoriesOption = <const D>(initial: D, help: string) =>
  ({ type: "number", default: initial, min: 2, max: 1024, integer: true, help }) as const;
